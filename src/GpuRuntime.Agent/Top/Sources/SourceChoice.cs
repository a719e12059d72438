using GpuRuntime.Agent.Monitoring;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Agent.Top.Sources;

/// <summary>Whom to ask: the agent that is named, else the configured one if it answers, else nobody.</summary>
/// <param name="own">Makes what reads the GPUs without an agent.</param>
internal sealed class SourceChoice(RuntimeConfiguration configuration, Func<HostSampler> own)
{
    private const string NoAgent = "none";

    /// <param name="named">What the command line says; <see langword="null"/> = nothing.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.AgentUnreachable"/>: the named one is no address.</exception>
    public ISampleSource Open(string? named)
    {
        var address = AgentAddress.Parse(named ?? configuration.AgentListen);
        if (named is not null and not NoAgent && address is null)
            throw new GpuRuntimeException(ErrorCode.AgentUnreachable, $"--agent is ADDRESS:PORT, unix:PATH or none, and {PrintableText.Quote(named)} is not.");
        if (address is null)
            return new OwnSource(own());
        var agent = new AgentSource(address, configuration);
        if (named is not null || Answers(agent))
            return agent;
        agent.Dispose();
        return new OwnSource(own());
    }

    private static bool Answers(AgentSource agent)
    {
        try
        {
            agent.Take();
            return true;
        }
        catch (GpuRuntimeException)
        {
            // Nobody named it: that there is none, or none for this user, is no error.
            return false;
        }
    }
}
