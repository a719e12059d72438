using System.Diagnostics.CodeAnalysis;

namespace GpuRuntime.Agent.Watchdog;

/// <summary>Something to read from a kernel or a driver, which may fail, or never return.</summary>
/// <param name="subject">What it is read from: a container, a GPU.</param>
internal abstract class Reading(string subject)
{
    public string Subject => subject;

    /// <summary>It has returned, with or without a result.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Why there is no result, as a sentence without its end.</summary>
    public string? Problem { get; private set; }

    public void Run()
    {
        try
        {
            Read();
        }
        catch (Exception exception)
        {
            // Whatever one driver does, the others are read.
            Problem = exception.Message;
        }
    }

    /// <summary>With the lock of the queue held.</summary>
    public void Finish() => IsDone = true;

    protected abstract void Read();
}

/// <inheritdoc/>
internal sealed class Reading<T>(string subject, Func<T?> read) : Reading(subject)
    where T : class
{
    private T? _result;

    /// <returns>Whether there was anything to read, and it was read.</returns>
    public bool TryResult([NotNullWhen(true)] out T? result)
    {
        result = IsDone ? _result : null;
        return result is not null;
    }

    protected override void Read() => _result = read();
}
