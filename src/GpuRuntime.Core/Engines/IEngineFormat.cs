namespace GpuRuntime.Core.Engines;

/// <summary>How our entries stand in one kind of file. Every byte that is not part of them stays.</summary>
internal interface IEngineFormat
{
    /// <summary>The file with our entries. Entries that an earlier call put there stay, and what is as wished is not touched.</summary>
    /// <param name="content"><see langword="null"/>: there is no file yet.</param>
    /// <exception cref="Errors.GpuRuntimeException"><see cref="Errors.ErrorCode.EngineConfigurationInvalid"/>, <see cref="Errors.ErrorCode.EngineConfigurationTaken"/>.</exception>
    byte[] Apply(byte[]? content, EngineOptions options);

    /// <summary>The file without our entries; the same bytes where it has none.</summary>
    /// <param name="original">The file before we touched it: tells what stood where we wrote. <see langword="null"/>: unknown.</param>
    /// <exception cref="Errors.GpuRuntimeException"><see cref="Errors.ErrorCode.EngineConfigurationInvalid"/>.</exception>
    byte[] Strip(byte[] content, byte[]? original);

    /// <summary>The program that stands there under our name.</summary>
    string? RegisteredProgram(byte[] content);
}
