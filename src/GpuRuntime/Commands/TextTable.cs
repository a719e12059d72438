using GpuRuntime.Core.Errors;

namespace GpuRuntime.Commands;

/// <summary>Plain tables that read the same on a terminal and in a pipe: columns as wide as their widest cell, no frame, no colours.</summary>
internal static class TextTable
{
    private const int Gap = 2;

    public static void Print(string[] header, IEnumerable<string[]> rows)
    {
        var lines = rows.Select(row => row.Select(PrintableText.Of).ToArray()).Prepend(header).ToList();
        var widths = header.Select((_, column) => lines.Max(line => line[column].Length) + Gap).ToArray();
        foreach (var line in lines)
            Console.Out.WriteLine(string.Concat(line.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }
}
