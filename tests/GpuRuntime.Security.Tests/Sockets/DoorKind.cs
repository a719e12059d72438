namespace GpuRuntime.Security.Tests.Sockets;

/// <summary>The kinds of socket on which the agent listens.</summary>
public enum DoorKind
{
    /// <summary>TCP on loopback.</summary>
    Tcp,

    /// <summary>A unix socket, which is root's alone.</summary>
    Unix,

    /// <summary>TCP on every address, with TLS and a token.</summary>
    Tls,
}
