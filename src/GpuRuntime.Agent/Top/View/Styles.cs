using Spectre.Console;

namespace GpuRuntime.Agent.Top.View;

/// <summary>Colours of the terminal's own sixteen, so that its theme holds. Where there are no colours, marks and words say the same.</summary>
internal static class Styles
{
    private const double High = 0.9;
    private const double Raised = 0.7;

    public static readonly Style Plain = Style.Plain;
    public static readonly Style Title = new(decoration: Decoration.Bold);
    public static readonly Style Head = new(foreground: Color.Teal);
    public static readonly Style FocusedHead = new(foreground: Color.Aqua, decoration: Decoration.Bold | Decoration.Underline);
    public static readonly Style Faint = new(foreground: Color.Grey);
    public static readonly Style Selected = new(decoration: Decoration.Bold);
    public static readonly Style Good = new(foreground: Color.Green);
    public static readonly Style Warning = new(foreground: Color.Yellow);
    public static readonly Style Bad = new(foreground: Color.Red, decoration: Decoration.Bold);

    /// <summary>By how much of something is taken.</summary>
    public static Style Level(double? ratio) => ratio switch
    {
        >= High => Bad,
        >= Raised => Warning,
        null => Faint,
        _ => Good,
    };
}
