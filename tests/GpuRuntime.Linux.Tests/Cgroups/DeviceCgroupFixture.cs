using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Linux.Cgroups;
using GpuRuntime.Linux.Namespaces;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Tests.Cgroups;

/// <summary>Tests that each have nodes of all test devices, a cgroup, and a child in it.</summary>
public abstract class DeviceCgroupFixture : DirectoryFixture
{
    private TestCgroup? _cgroup;
    private DeviceChild? _child;
    private DeviceCgroup? _rules;

    private protected TestCgroup Cgroup => _cgroup!;

    private protected DeviceChild Child => _child!;

    /// <summary>The device rules of the child, as of a container's process; open until the test ends, for what takes changes back.</summary>
    private protected DeviceCgroup Rules => _rules ??= OpenRules();

    [SetUp]
    public void StartChild()
    {
        _cgroup = MakeCgroup();
        _child = DeviceChild.Start(_cgroup, Temporary.Path);
    }

    [TearDown]
    public void EndChild()
    {
        _rules?.Dispose();
        _child?.Dispose();
        _cgroup?.Dispose();
        (_rules, _child, _cgroup) = (null, null, null);
    }

    private protected abstract TestCgroup MakeCgroup();

    private protected UndoLog Allow(params ImmutableArray<DeviceNode> nodes)
    {
        var undo = new UndoLog();
        Rules.Allow(nodes, undo);
        return undo;
    }

    private DeviceCgroup OpenRules()
    {
        using var process = ContainerProcess.Open(Child.Pid);
        return DeviceCgroup.Of(process)!;
    }
}
