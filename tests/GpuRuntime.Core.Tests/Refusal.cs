using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Tests;

/// <summary>An error as a user meets it: a stable code and one line that says what, where and how to mend it.</summary>
internal static class Refusal
{
    /// <returns>The sentence.</returns>
    public static string Of(ErrorCode code, Action action)
    {
        var refusal = Assert.Throws<GpuRuntimeException>(action);
        if (refusal is null)
            return "";
        using (Assert.EnterMultipleScope())
        {
            Assert.That(refusal.Code, Is.EqualTo(code), refusal.Message);
            Assert.That(refusal.UserLine, Does.StartWith($"GRT{(int)code}: "));
            Assert.That(refusal.UserLine.Any(char.IsControl), Is.False, "the line has control characters");
            Assert.That(refusal.UserLine, Has.Length.LessThan(4000));
        }

        return refusal.Message;
    }
}
