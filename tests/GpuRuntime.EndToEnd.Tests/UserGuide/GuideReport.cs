using System.Text;

namespace GpuRuntime.EndToEnd.Tests.UserGuide;

/// <summary>What the program of the guide's image printed.</summary>
internal sealed record GuideReport(string[] Lines)
{
    /// <summary>The program and its arguments.</summary>
    public string[] Program =>
        [.. After("program "), .. After("argument ").Select(static text => Encoding.UTF8.GetString(Convert.FromBase64String(text)))];

    /// <summary>Nodes that open, or would if a driver stood behind them.</summary>
    public string[] Opened => [.. Lines.Where(static line => line.EndsWith($": {Rows.Probe.Allowed}", StringComparison.Ordinal)).Select(static line => line.Split(':')[0])];

    /// <summary>Minors of the GPUs that nvidia-smi could open.</summary>
    public string[] OfNvidiaSmi => After("GPU minor ");

    private string[] After(string word) => [.. Lines.Where(line => line.StartsWith(word, StringComparison.Ordinal)).Select(line => line[word.Length..])];
}
