using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>Images of every shape: they start, and their loader finds the driver's libraries by its own means.</summary>
public sealed class ImageRows : DockerFixture
{
    private const string DriverDirectory = "/usr/lib/x86_64-linux-gnu";
    private const string LoaderConfiguration = "/etc/ld.so.conf.d/zz-gpu-runtime.conf";

    private Dictionary<string, TestImage> _images = [];

    [Test]
    public async Task The_loader_finds_the_drivers_libraries(
        [Values("glibc", "glibc-without-cache", "fedora", "distroless", "musl", "musl-with-path-file")] string image,
        [Values(false, true)] bool readOnly)
    {
        var request = Asking(_images[image], "0", Probe.Load("libcuda.so.1", "libnvidia-ml.so.1"));

        var result = await Docker.RunAsync(readOnly ? request.WithOptions("--read-only") : request);

        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero, result.ToString());
            Assert.That(result.Output, Does.Contain($"libcuda.so.1: ok {DriverDirectory}/libcuda.so.1"));
        });
    }

    [Test]
    public async Task The_GPU_opens([Values("busybox", "glibc", "glibc-without-cache", "fedora", "distroless", "musl", "musl-with-path-file")] string image)
    {
        var node = HostNodes.OfGpus(Host, 3).Single();

        var result = await Docker.RunAsync(Asking(_images[image], "3", Probe.Open(node)));

        Probe.AssertAllOpen(result, node);
    }

    [Test]
    public async Task The_images_own_libraries_are_found_as_before([Values("glibc", "glibc-without-cache", "fedora", "distroless", "musl")] string image)
    {
        string[] own = image == "musl" ? ["libc.musl-x86_64.so.1"] : ["libc.so.6", "libm.so.6", "libgcc_s.so.1"];
        var command = Probe.Load(own);

        var before = await Docker.RunAsync(ContainerRequest.Of(_images[image], command.AsSpan()));
        var after = await Docker.RunAsync(Asking(_images[image], "0", command));

        Assert.That(after.EnsureSuccess().Output, Is.EqualTo(before.EnsureSuccess().Output));
    }

    [Test]
    public async Task A_later_ldconfig_inside_keeps_the_drivers_libraries([Values("glibc", "glibc-without-cache", "fedora")] string image)
    {
        var load = string.Join(' ', Probe.Load("libcuda.so.1", "libnvidia-ml.so.1"));

        var result = await Docker.RunAsync(Asking(_images[image], "0", ["sh", "-c", $"ldconfig && {load}"]));

        Assert.That(result.ExitCode, Is.Zero, result.ToString());
    }

    [Test]
    public async Task The_containers_ldconfig_reads_the_cache_and_lists_both([Values("glibc", "fedora")] string image)
    {
        var result = await Docker.RunAsync(Asking(_images[image], "0", ["ldconfig", "-p"]));

        Assert.That(result.EnsureSuccess().Output, Does.Contain($"=> {DriverDirectory}/libcuda.so.1").And.Contain("libc.so.6 (libc6,x86-64)"));
    }

    [Test]
    public async Task One_file_names_the_drivers_directory_for_later_runs_of_ldconfig()
    {
        var result = await Docker.RunAsync(Asking(_images["glibc"], "0", ["cat", LoaderConfiguration]));

        Assert.That(result.EnsureSuccess().Lines, Does.Contain(DriverDirectory));
    }

    [Test]
    public async Task No_variable_is_needed_to_find_libraries()
    {
        var result = await Docker.RunAsync(Asking(_images["glibc"], "all", ["env"]));

        Assert.That(result.EnsureSuccess().Output, Does.Not.Contain("LD_LIBRARY_PATH").And.Not.Contain("LD_PRELOAD"));
    }

    [Test]
    public async Task The_path_file_of_a_musl_image_keeps_its_directories()
    {
        var result = await Docker.RunAsync(Asking(_images["musl-with-path-file"], "0", ["cat", "/etc/ld-musl-x86_64.path"]));

        var directories = result.EnsureSuccess().Output.Split([':', '\n'], StringSplitOptions.RemoveEmptyEntries);
        Assert.That(directories, Is.EqualTo((string[])["/opt/own", "/lib", "/usr/lib", DriverDirectory]));
    }

    [Test]
    public async Task A_musl_image_gets_a_path_file_with_musls_own_directories_first()
    {
        var result = await Docker.RunAsync(Asking(_images["musl"], "0", ["cat", "/etc/ld-musl-x86_64.path"]));

        var directories = result.EnsureSuccess().Output.Split([':', '\n'], StringSplitOptions.RemoveEmptyEntries);
        Assert.That(directories, Is.EqualTo((string[])["/lib", "/usr/local/lib", "/usr/lib", DriverDirectory]));
    }

    [Test]
    public async Task A_musl_image_gets_no_glibc_cache()
    {
        var result = await Docker.RunAsync(Asking(_images["musl"], "0", ["ls", "/etc/ld.so.cache"]));

        Assert.That(result.ExitCode, Is.Not.Zero, result.ToString());
    }

    private protected override async Task PrepareAsync()
    {
        var directory = Machine.Directory;
        TestImage[] images =
        [
            TestImage.Busybox(directory),
            TestImage.Glibc(directory),
            TestImage.Glibc(directory, "glibc-without-cache", new GlibcOptions { WithoutCache = true }),
            TestImage.Glibc(directory, "fedora", new GlibcOptions { FedoraLike = true }),
            TestImage.Glibc(directory, "distroless", new GlibcOptions { Distroless = true }),
            TestImage.Musl(directory),
            TestImage.Musl(directory, new MuslOptions { LoaderPath = "/opt/own:/lib:/usr/lib\n" }),
        ];
        _images = images.ToDictionary(static image => image.Name);
        foreach (var image in images)
            await ImportedAsync(image);
    }
}
