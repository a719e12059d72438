namespace GpuRuntime.Core.Errors;

/// <summary>
/// What went wrong, as a number that stays the same over releases. A message carries it as <c>GRTnnnn</c>.
/// Causes and cures: docs/errors.md.
/// </summary>
public enum ErrorCode
{
    /// <summary>A failure that no other code names.</summary>
    Unexpected = 1000,

    /// <summary>The configuration file cannot be read.</summary>
    ConfigurationUnreadable = 1101,

    /// <summary>The configuration file has unknown keys, wrong types or is not JSON.</summary>
    ConfigurationInvalid = 1102,

    /// <summary>None of the configured low-level runtimes is on this host.</summary>
    LowLevelRuntimeMissing = 1201,

    /// <summary>The low-level runtime is there but cannot be executed.</summary>
    LowLevelRuntimeNotExecutable = 1202,

    /// <summary>The bundle directory cannot be opened.</summary>
    BundleUnreadable = 1301,

    /// <summary>config.json is missing, not a regular file, or cannot be read.</summary>
    SpecUnreadable = 1302,

    /// <summary>config.json is larger than what is accepted.</summary>
    SpecTooLarge = 1303,

    /// <summary>config.json is not JSON, repeats a key, is nested too deeply, or is not UTF-8.</summary>
    SpecInvalid = 1304,

    /// <summary>The edited config.json cannot be written.</summary>
    SpecUnwritable = 1305,

    /// <summary>A member of config.json that is needed has another type than the OCI specification gives it.</summary>
    SpecUnexpectedShape = 1306,

    /// <summary>A GPU request does not follow the grammar.</summary>
    RequestInvalid = 2001,

    /// <summary>A selector names a GPU that this host does not have.</summary>
    GpuNotFound = 2002,

    /// <summary>The host has no GPU of the vendor asked for.</summary>
    NoGpu = 2003,

    /// <summary>A driver capability is not one that is supported.</summary>
    CapabilityUnknown = 2004,

    /// <summary>A requirement of the image (NVIDIA_REQUIRE_*) cannot be parsed.</summary>
    RequirementInvalid = 2005,

    /// <summary>A requirement of the image (NVIDIA_REQUIRE_*) does not hold on this host.</summary>
    RequirementUnmet = 2006,

    /// <summary>A limit or mode was asked for that nothing on this host can enforce.</summary>
    LimitUnavailable = 2007,

    /// <summary>A selector form is understood, but not served by this version.</summary>
    RequestUnsupported = 2008,

    /// <summary>A GPU is held by other containers in a way that leaves no room for this one.</summary>
    GpuHeld = 2009,

    /// <summary>A memory limit is larger than the GPU's memory, or than what the limits of other containers leave of it.</summary>
    MemoryExhausted = 2010,

    /// <summary>No container of that name holds a GPU.</summary>
    AllocationNotFound = 2011,

    /// <summary>The NVIDIA kernel driver is not loaded, or its files cannot be read.</summary>
    DriverNotLoaded = 3001,

    /// <summary>The user-space driver files do not match the loaded kernel module, or are missing.</summary>
    DriverFilesMissing = 3002,

    /// <summary>A device node is missing and cannot be made.</summary>
    DeviceNodeMissing = 3003,

    /// <summary>A vendor's own tool could not be run, or printed what cannot be read.</summary>
    VendorToolFailed = 3004,

    /// <summary>A file in the container's root cannot be prepared.</summary>
    RootfsUnwritable = 4001,

    /// <summary>A path in the container's root leads where it must not.</summary>
    RootfsHostile = 4002,

    /// <summary>The state directory cannot be used.</summary>
    StateUnwritable = 4003,

    /// <summary>The kernel lacks a system call that is needed.</summary>
    KernelTooOld = 4004,

    /// <summary>A hook of ours failed.</summary>
    HookFailed = 4005,

    /// <summary>What a hook got on standard input is not the state of a container.</summary>
    HookStateInvalid = 4006,

    /// <summary>The process that the state names is gone, or is not in a container that was made from this bundle.</summary>
    ContainerProcessMissing = 4007,

    /// <summary>The device cgroup of the container cannot be changed.</summary>
    DeviceCgroupUnchangeable = 4008,

    /// <summary>The ledger of who holds what cannot be read or written, or somebody keeps it locked.</summary>
    LedgerUnusable = 4009,

    /// <summary>A CDI specification does not follow CDI's rules.</summary>
    CdiSpecInvalid = 5001,

    /// <summary>A CDI specification, or a directory of them, cannot be read.</summary>
    CdiSpecUnreadable = 5002,

    /// <summary>A CDI specification cannot be written.</summary>
    CdiSpecUnwritable = 5003,

    /// <summary>No specification of this host defines the CDI device asked for.</summary>
    CdiDeviceNotFound = 5004,

    /// <summary>Two specifications of the same directory define the same CDI device.</summary>
    CdiDeviceConflict = 5005,

    /// <summary>A container's environment asks for a CDI device of a kind that the configuration does not let it ask for.</summary>
    CdiKindNotAccepted = 5006,

    /// <summary>An engine's configuration file cannot be read.</summary>
    EngineConfigurationUnreadable = 5101,

    /// <summary>An engine's configuration file is not what that engine accepts; it stays as it is.</summary>
    EngineConfigurationInvalid = 5102,

    /// <summary>An engine's configuration file cannot be written.</summary>
    EngineConfigurationUnwritable = 5103,

    /// <summary>What would be written stands there already, for something else.</summary>
    EngineConfigurationTaken = 5104,

    /// <summary>The arguments of <c>docker gpu</c> cannot be turned into a docker command.</summary>
    DockerArgumentsInvalid = 5201,

    /// <summary>There is no docker to run, or it did not answer.</summary>
    DockerUnavailable = 5202,

    /// <summary>The agent is not installed beside this program, or cannot be started.</summary>
    AgentMissing = 5301,

    /// <summary>The agent does not answer, or its answer is not understood.</summary>
    AgentUnreachable = 5302,

    /// <summary>The agent cannot, or must not, listen where it was told to.</summary>
    AgentNotListening = 5303,

    /// <summary>The configuration of what Kubernetes is told does not suit this node's GPUs, or itself.</summary>
    KubernetesUnsuitable = 5401,

    /// <summary>The kubelet asks for devices that cannot be given together.</summary>
    KubernetesRefused = 5402,
}
