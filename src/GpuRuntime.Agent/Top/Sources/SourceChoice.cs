using GpuRuntime.Agent.Monitoring;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Agent.Top.Sources;

/// <summary>Whom to ask: the agent that is named, else the configured one if it answers, else nobody.</summary>
/// <param name="own">Makes what reads the GPUs without an agent.</param>
internal sealed class SourceChoice(RuntimeConfiguration configuration, Func<HostSampler> own)
{
    /// <param name="named">What the command line says; <see langword="null"/> = nothing.</param>
    /// <exception cref="GpuRuntimeException">The named one is no address, or the configured one is none.</exception>
    public ISampleSource Open(string? named)
    {
        if (Address(named) is not { } address)
            return new OwnSource(own());
        var agent = new AgentSource(address, configuration);
        if (named is not null || Answers(agent))
            return agent;
        agent.Dispose();
        return new OwnSource(own());
    }

    private AgentAddress? Address(string? named)
    {
        if (named is null)
            return AgentAddress.Parse(configuration.AgentListen);
        try
        {
            return AgentAddress.Parse(named);
        }
        catch (GpuRuntimeException exception)
        {
            throw new GpuRuntimeException(ErrorCode.AgentUnreachable, $"--agent is ADDRESS:PORT, unix:PATH or none, and {PrintableText.Quote(named)} is not.", exception);
        }
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
