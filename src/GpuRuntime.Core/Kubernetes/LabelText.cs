using System.Text;

namespace GpuRuntime.Core.Kubernetes;

/// <summary>
/// Text in the form that Kubernetes gives the values of labels, and the last parts of names: at most 63 letters, digits, <c>-</c>, <c>_</c> and <c>.</c>,
/// with a letter or digit at both ends. https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
/// </summary>
internal static class LabelText
{
    public const int Longest = 63;

    /// <param name="gap">What stands for characters that cannot be there, however many follow each other.</param>
    /// <returns><see langword="null"/> for text without a letter or digit.</returns>
    public static string? Of(string? text, char gap = '-')
    {
        var label = new StringBuilder();
        var inGap = false;
        foreach (var character in text ?? "")
        {
            var stays = char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.';
            if (stays || !inGap)
                label.Append(stays ? character : gap);
            inGap = !stays;
        }

        var ends = label.ToString().Trim('-', '_', '.');
        if (ends.Length > Longest)
            ends = ends[..Longest].TrimEnd('-', '_', '.');
        return ends.Length > 0 ? ends : null;
    }
}
