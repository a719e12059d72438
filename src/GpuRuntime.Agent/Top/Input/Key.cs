namespace GpuRuntime.Agent.Top.Input;

/// <summary>A key that does something.</summary>
internal enum KeyKind
{
    /// <summary>One that writes a character.</summary>
    Character,
    Enter,
    Escape,
    Backspace,
    Tab,
    BackTab,
    Up,
    Down,
    PageUp,
    PageDown,
    Home,
    End,
}

/// <param name="Character">Of <see cref="KeyKind.Character"/>.</param>
internal readonly record struct Key(KeyKind Kind, char Character = '\0');
