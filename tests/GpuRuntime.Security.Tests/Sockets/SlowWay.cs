namespace GpuRuntime.Security.Tests.Sockets;

/// <summary>How a client takes its time.</summary>
internal enum SlowWay
{
    /// <summary>Connects and says nothing, not even for TLS.</summary>
    SayNothing,

    /// <summary>Says nothing once it could ask.</summary>
    AskNothing,

    /// <summary>Sends headers that never end, a byte at a time.</summary>
    DripHeaders,

    /// <summary>Asks once, and never reads the answer.</summary>
    AskAndNeverRead,

    /// <summary>Asks on and on, and never reads an answer.</summary>
    FloodAndNeverRead,

    /// <summary>Sends half a request and ends its side of the connection.</summary>
    HalfClose,
}
