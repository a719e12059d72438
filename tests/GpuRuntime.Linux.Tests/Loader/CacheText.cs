using System.Globalization;
using System.Text;
using GpuRuntime.Linux.Loader;

namespace GpuRuntime.Linux.Tests.Loader;

/// <summary>A cache as <c>ldconfig -p</c> prints it, by ldconfig and by us.</summary>
internal static class CacheText
{
    private const ulong NamedHardware = 1UL << 62;

    /// <summary>The library lines of ldconfig, in the file's order.</summary>
    public static string[] ByLdconfig(string file) => Lines(Command.Run("ldconfig", "-p", "-C", file));

    /// <summary>How many libraries ldconfig says there are.</summary>
    public static int CountByLdconfig(string file) =>
        int.Parse(Command.Run("ldconfig", "-p", "-C", file).Split(' ')[0], CultureInfo.InvariantCulture);

    public static string[] ByUs(LoaderCacheFile cache) => [.. cache.Records.Select(record => Line(cache, record))];

    public static LoaderCacheFile Parse(string file) => LoaderCacheFile.Parse(File.ReadAllBytes(file)) ?? throw new AssertionException($"{file} was not read");

    private static string[] Lines(string output) => [.. output.Split('\n').Where(line => line.StartsWith('\t'))];

    private static string Line(LoaderCacheFile cache, LoaderCacheRecord record)
    {
        var architecture = (record.Flags & 0xff00) switch
        {
            0x0300 => ",x86-64",
            0x0800 => ",x32",
            0x0a00 => ",AArch64",
            _ => "",
        };
        var hardware = (record.Hardware & NamedHardware) != 0 ? $", hwcap: \"{Encoding.UTF8.GetString(cache.HardwareNames[(int)(uint)record.Hardware])}\"" : "";
        return $"\t{Encoding.UTF8.GetString(record.Name)} (libc6{architecture}{hardware}) => {Encoding.UTF8.GetString(record.Path)}";
    }
}
