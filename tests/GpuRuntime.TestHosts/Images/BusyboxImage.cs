namespace GpuRuntime.TestHosts;

internal static class BusyboxImage
{
    public static void Provide(string directory) => FileTree.Copy(BuildCache.Get("image-busybox", BuildCache.Generator, Build), directory);

    private static void Build(string root)
    {
        BaseImage.Skeleton(root);
        BaseImage.InstallBusybox(root);
        Probes.InstallOpenDevice(root);
        Probes.InstallTrue(root);
    }
}
