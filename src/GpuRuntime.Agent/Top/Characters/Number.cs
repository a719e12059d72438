using System.Globalization;

namespace GpuRuntime.Agent.Top.Characters;

internal static class Number
{
    public static string Of(int value) => value.ToString(CultureInfo.InvariantCulture);
}
