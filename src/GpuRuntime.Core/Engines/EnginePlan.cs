using System.Collections.Immutable;

namespace GpuRuntime.Core.Engines;

/// <summary>What has to be done, in this order, and what the admin should know. No change: all is as wished.</summary>
/// <param name="Changes">In an order in which every intermediate state is one that the engine starts with.</param>
/// <param name="Notes">Sentences.</param>
public sealed record EnginePlan(ImmutableArray<FileChange> Changes, ImmutableArray<string> Notes);
