namespace GpuRuntime.Linux.Tests.Cgroups;

/// <summary>The program of <see cref="DeviceChild"/>: compiled for the first test that starts one, gone after the last.</summary>
[SetUpFixture]
public sealed class DeviceChildProgram
{
    private static readonly Lazy<(TemporaryDirectory Directory, string Path)> _built = new(Build);

    internal static string Path => _built.Value.Path;

    [OneTimeTearDown]
    public void Delete()
    {
        if (_built.IsValueCreated)
            _built.Value.Directory.Dispose();
    }

    private static (TemporaryDirectory Directory, string Path) Build()
    {
        var directory = TemporaryDirectory.Create();
        var source = directory.Write("device-child.c", DeviceChildSource.Text);
        var program = directory.Combine("device-child");
        Command.Run("gcc", "-O1", "-Wall", "-Werror", "-o", program, source);
        return (directory, program);
    }
}
