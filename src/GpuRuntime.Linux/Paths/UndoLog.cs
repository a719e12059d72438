using System.Collections.Immutable;

namespace GpuRuntime.Linux.Paths;

/// <summary>What has been changed, step by step, and how each step is taken back.</summary>
public sealed class UndoLog
{
    private readonly List<(string Subject, Action TakeBack)> _steps = [];

    /// <param name="subject">What was changed: a path.</param>
    internal void Add(string subject, Action takeBack) => _steps.Add((subject, takeBack));

    /// <summary>Takes everything back, the latest step first. A step that cannot be taken back does not keep the others from it.</summary>
    /// <returns>What is left, and why.</returns>
    public ImmutableArray<string> TakeBack()
    {
        var left = ImmutableArray.CreateBuilder<string>();
        for (var step = _steps.Count - 1; step >= 0; step--)
        {
            try
            {
                _steps[step].TakeBack();
            }
            catch (Interop.LinuxException exception)
            {
                left.Add($"{_steps[step].Subject} ({exception.Message})");
            }
        }

        _steps.Clear();
        return left.ToImmutable();
    }
}
