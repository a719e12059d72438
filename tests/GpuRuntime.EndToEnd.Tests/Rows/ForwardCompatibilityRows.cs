using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>
/// Images that bring CUDA libraries newer than the host's driver (550.163.01): the container's own loader finds them first when the rules of
/// NVIDIA's CUDA Compatibility guide say that they work with it.
/// </summary>
public sealed class ForwardCompatibilityRows : BundleFixture
{
    private const string HostDirectory = "/usr/lib/x86_64-linux-gnu";
    private const string ImageDirectory = CudaCompatPackage.Directory;

    private TestImage? _glibc;

    [TestCase("570.124.06")]
    [TestCase("580.65.06")]
    public async Task A_newer_libcuda_of_the_image_is_found_first(string version)
    {
        var bundle = await CreateAsync(await PackageAsync(version));

        var found = await LoadAsync(bundle, "libcuda.so.1", "libnvidia-ptxjitcompiler.so.1");

        Assert.That(found, Is.EqualTo((string[])[$"{ImageDirectory}/libcuda.so.1", $"{ImageDirectory}/libnvidia-ptxjitcompiler.so.1"]));
    }

    [Test]
    public async Task What_the_image_does_not_bring_comes_from_the_host()
    {
        var bundle = await CreateAsync(await PackageAsync());

        var found = await LoadAsync(bundle, "libnvidia-ml.so.1", "libnvidia-nvvm.so.4");

        Assert.That(found, Is.EqualTo((string[])[$"{HostDirectory}/libnvidia-ml.so.1", $"{HostDirectory}/libnvidia-nvvm.so.4"]));
    }

    [Test]
    public async Task A_later_ldconfig_inside_keeps_the_preference()
    {
        var bundle = await CreateAsync(await PackageAsync());

        var result = await RunAsync(bundle, Host.ConfigPath, "sh", "-c", $"ldconfig && {string.Join(' ', Probe.Load("libcuda.so.1", "libnvidia-ml.so.1"))}");

        // The image's ldconfig names the host's directory through its link /lib.
        Assert.That(Found(result), Is.EqualTo((string[])[$"{ImageDirectory}/libcuda.so.1", "/lib/x86_64-linux-gnu/libnvidia-ml.so.1"]));
    }

    [TestCase("535.161.08")]
    [TestCase("550.54.15")]
    [TestCase("550.200.01")]
    public async Task An_older_libcuda_or_one_of_the_drivers_own_branch_stays_unused(string version) =>
        await AssertHostsAsync(await CreateAsync(await PackageAsync(version)));

    [TestCase("another version")]
    [TestCase("a symbolic link")]
    [TestCase("a FIFO")]
    [TestCase("a directory")]
    [TestCase("no ELF file")]
    [TestCase("nothing")]
    public async Task The_hosts_libcuda_is_used_unless_the_image_has_exactly_one_regular_one(string fault)
    {
        var package = await PackageAsync();
        var bundle = await CreateAsync(package);
        var compat = Path.Combine(bundle.Directory, "rootfs/usr/local/cuda-12.8/compat");
        var cuda = Path.Combine(compat, package.Cuda);
        var moved = Path.Combine(bundle.Directory, "rootfs/usr/local/moved");
        switch (fault)
        {
            case "another version":
                File.Copy(cuda, Path.Combine(compat, "libcuda.so.575.51.03"));
                break;
            case "a symbolic link":
                File.Move(cuda, moved);
                File.CreateSymbolicLink(cuda, "/usr/local/moved");
                break;
            case "a FIFO":
                File.Delete(cuda);
                (await Command.Of("mkfifo", cuda).RunAsync()).EnsureSuccess();
                break;
            case "a directory":
                File.Delete(cuda);
                Directory.CreateDirectory(cuda);
                break;
            case "no ELF file":
                await File.WriteAllTextAsync(cuda, "not a library");
                break;
            case "nothing":
                File.Delete(cuda);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(fault), fault, "no such fault");
        }

        await AssertHostsAsync(bundle);
    }

    [Test]
    public async Task A_container_without_CUDA_gets_no_preference()
    {
        var bundle = await CreateAsync(await PackageAsync(), "utility");

        var result = await RunAsync(bundle, Host.ConfigPath, "ldconfig", "-p");

        Assert.That(result.EnsureSuccess().Output, Does.Contain("libnvidia-ml.so.1").And.Not.Contain(ImageDirectory));
        AssertNoConfiguration(bundle);
    }

    [TestCase("""{"Format":1,"CUDA Version":"12.8","Driver":[535,550],"Device":[]}""", true)]
    [TestCase("""{"Format":1,"CUDA Version":"12.8","Driver":[535],"Device":[]}""", false)]
    [TestCase("""{"Format":1,"CUDA Version":"12.8","Driver":[],"Device":[]}""", false)]
    [TestCase("""{"Format":1,"CUDA Version":"12.8"}""", false)]
    [TestCase("""{"Format":1,"CUDA Version":"12.8","Driver":550,"Device":[]}""", false)]
    [TestCase("""{"Driver":[550""", false)]
    [TestCase("[550]", false)]
    [TestCase("not JSON at all", false)]
    [TestCase("", false)]
    public async Task The_note_in_libcuda_decides_where_there_is_one(string note, bool preferred)
    {
        var bundle = await CreateAsync(await CudaCompatPackage.BuildAsync(Machine.Directory, note: note));

        var found = await LoadAsync(bundle, "libcuda.so.1");

        Assert.That(found, Is.EqualTo((string[])[$"{(preferred ? ImageDirectory : HostDirectory)}/libcuda.so.1"]));
    }

    [Test]
    public async Task A_note_for_an_older_libcuda_than_the_hosts_changes_nothing() =>
        await AssertHostsAsync(await CreateAsync(await CudaCompatPackage.BuildAsync(
            Machine.Directory, "535.161.08", """{"Format":1,"CUDA Version":"12.2","Driver":[550],"Device":[]}""")));

    [Test]
    public async Task Somebody_elses_note_of_that_name_is_no_note()
    {
        var bundle = await CreateAsync(await CudaCompatPackage.BuildAsync(Machine.Directory, note: """{"Driver":[535]}""", owner: "Somebody"));

        Assert.That(await LoadAsync(bundle, "libcuda.so.1"), Is.EqualTo((string[])[$"{ImageDirectory}/libcuda.so.1"]));
    }

    [TestCase(60_000)]
    [TestCase(1 << 20)]
    [TestCase(64 << 20)]
    public async Task A_huge_note_that_says_nothing_useful_is_no_preference(int length)
    {
        var bundle = await CreateAsync(await CudaCompatPackage.BuildAsync(Machine.Directory, note: $$"""{"Driver":[{{new string(' ', length)}}535]}"""));

        await AssertHostsAsync(bundle);
    }

    [Test]
    public async Task After_an_update_of_the_hosts_driver_the_preference_is_gone()
    {
        await using var updated = TestMachine.Create(new SimulatedNvidiaHostOptions { DriverVersion = "580.65.06" }, EngineFactory.LowLevelRuntime(Kind));
        var bundle = await CreateAsync(await PackageAsync());
        var config = bundle.ReadConfig();
        Assert.That(await LoadAsync(bundle, "libcuda.so.1"), Is.EqualTo((string[])[$"{ImageDirectory}/libcuda.so.1"]));
        Assert.That(File.Exists(ConfigurationIn(bundle)), Is.True);

        bundle.WriteConfig(config);
        var result = await RunAsync(bundle, updated.Host.ConfigPath, "sh", "-c", $"{string.Join(' ', Probe.Load("libcuda.so.1"))}; ldconfig -p");

        Assert.Multiple(() =>
        {
            Assert.That(Found(result), Is.EqualTo((string[])[$"{HostDirectory}/libcuda.so.1"]));
            Assert.That(result.Output, Does.Not.Contain(ImageDirectory));
        });
        AssertNoConfiguration(bundle);
    }

    [TestCase("../../../..")]
    [TestCase("../../../../../../../..")]
    [TestCase("/proc/self/root")]
    [TestCase("/proc/1/root")]
    [TestCase("/proc/self/cwd")]
    [TestCase("OUTSIDE")]
    [TestCase("../../../../../../../..OUTSIDE")]
    public async Task A_compat_directory_that_leads_out_of_the_image_leads_to_nothing(string target)
    {
        var package = await PackageAsync();
        var outside = package.Install(Machine.Directory.CreateSubdirectory($"outside-{Guid.NewGuid():N}"));
        var before = FileListing.Of(outside);
        var bundle = await Bundles.CreateBundleAsync(NewId(), Request());
        Directory.CreateDirectory(Path.Combine(bundle.Directory, "rootfs/usr/local/cuda"));
        File.CreateSymbolicLink(Path.Combine(bundle.Directory, "rootfs/usr/local/cuda/compat"), target.Replace("OUTSIDE", outside, StringComparison.Ordinal));

        await AssertHostsAsync(bundle);

        Assert.That(FileListing.Of(outside), Is.EqualTo(before));
    }

    private Task<CudaCompatPackage> PackageAsync(string version = CudaCompatPackage.DefaultVersion) => CudaCompatPackage.BuildAsync(Machine.Directory, version);

    private ContainerRequest Request(string capabilities = "compute,utility") => ContainerRequest.Of(_glibc!, "true")
        .With("NVIDIA_VISIBLE_DEVICES", "0")
        .With("NVIDIA_DRIVER_CAPABILITIES", capabilities);

    private async Task<Bundle> CreateAsync(CudaCompatPackage package, string capabilities = "compute,utility")
    {
        var bundle = await Bundles.CreateBundleAsync(NewId(), Request(capabilities));
        package.Install(Path.Combine(bundle.Directory, "rootfs"));
        return bundle;
    }

    private async Task<CommandResult> RunAsync(Bundle bundle, string configuration, params string[] command)
    {
        var config = bundle.ReadConfig();
        config["process"]!["args"] = new System.Text.Json.Nodes.JsonArray([.. command]);
        bundle.WriteConfig(config);
        return await Shim("--root", Bundles.StateRoot, "run", "--bundle", bundle.Directory, NewId())
            .WithEnvironment("GPU_RUNTIME_CONFIG", configuration).RunAsync();
    }

    private async Task<string[]> LoadAsync(Bundle bundle, params string[] sonames) =>
        Found((await RunAsync(bundle, Host.ConfigPath, [.. Probe.Load(sonames)])).EnsureSuccess());

    private static string[] Found(CommandResult result) =>
        [.. result.Lines.Where(static line => line.Contains(": ok ", StringComparison.Ordinal)).Select(static line => line.Split(": ok ")[1])];

    private async Task AssertHostsAsync(Bundle bundle)
    {
        Assert.That(await LoadAsync(bundle, "libcuda.so.1", "libnvidia-ptxjitcompiler.so.1"), Is.EqualTo((string[])
            [$"{HostDirectory}/libcuda.so.1", $"{HostDirectory}/libnvidia-ptxjitcompiler.so.1"]));
        AssertNoConfiguration(bundle);
    }

    private static string ConfigurationIn(Bundle bundle) => Path.Combine(bundle.Directory, "rootfs/etc/ld.so.conf.d/00-gpu-runtime-compat.conf");

    private static void AssertNoConfiguration(Bundle bundle) =>
        Assert.That(File.Exists(ConfigurationIn(bundle)), Is.False, "a later ldconfig would prefer the image's");

    private protected override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        _glibc = TestImage.Glibc(Machine.Directory);
    }
}
