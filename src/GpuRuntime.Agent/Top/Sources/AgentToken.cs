namespace GpuRuntime.Agent.Top.Sources;

/// <summary>What shows the agent that one may ask it.</summary>
internal static class AgentToken
{
    private const int LongestToken = 4096;

    /// <returns><see langword="null"/> where none is configured, or this user may not read it: the agent then says whether it wants one.</returns>
    public static string? TryRead(string file)
    {
        if (file.Length == 0)
            return null;
        try
        {
            using var reader = File.OpenText(file);
            var buffer = new char[LongestToken];
            var token = new string(buffer, 0, reader.ReadBlock(buffer)).Trim();
            return token.Length > 0 && token.All(character => character is > ' ' and <= '~') ? token : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
