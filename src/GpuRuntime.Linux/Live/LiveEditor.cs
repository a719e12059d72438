using System.Text;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Oci;
using GpuRuntime.Core.Vendors.Nvidia;
using GpuRuntime.Linux.Cgroups;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Mounts;
using GpuRuntime.Linux.Namespaces;
using GpuRuntime.Linux.Paths;
using GpuRuntime.Linux.Rootfs;

namespace GpuRuntime.Linux.Live;

/// <summary>
/// Puts edits into a container that a low-level runtime has created and not started yet: the counterpart of <see cref="OciEditor"/>.
/// Everything of the host's is opened first, from the host. Then a thread enters the container's mount namespace and joins it to places that
/// are resolved inside the container's root. All or nothing: a failure takes back what was done.
/// </summary>
public sealed class LiveEditor : IDisposable
{
    // Two for each GPU, and no host has so many.
    private const int MostLinks = 1024;

    private readonly ContainerProcess _process;
    private readonly OciSpec _spec;
    private readonly ContainerEdits _edits;
    private readonly LiveEditOptions _options;
    private readonly DetachedFiles _files;
    private readonly List<DetachedMount> _mounts = [];
    private readonly FileDescriptor _ownDescriptors = Libc.OpenAt(Libc.AtFdCwd, "/proc/self/fd", OpenFlags.Path | Libc.Directory, Resolve.None);
    private readonly UndoLog _undo = new();

    private LiveEditor(ContainerProcess process, OciSpec spec, ContainerEdits edits, LiveEditOptions options)
    {
        _process = process;
        _spec = spec;
        _edits = edits;
        _options = options;
        _files = new DetachedFiles(spec.MountLabel);
    }

    /// <exception cref="GpuRuntimeException">The container does not get the edits; what was done of them is taken back.</exception>
    public static void Apply(ContainerProcess process, OciSpec spec, ContainerEdits edits, LiveEditOptions options)
    {
        RefuseWhatIsTooLate(edits);
        try
        {
            using var editor = new LiveEditor(process, spec, edits, options);
            editor.Apply();
        }
        catch (LinuxException exception)
        {
            throw new GpuRuntimeException(
                exception.Errno == Errno.NoSystemCall ? ErrorCode.KernelTooOld : ErrorCode.HookFailed, $"The container cannot be given its GPUs: {exception.Message}.", exception);
        }
    }

    public void Dispose()
    {
        foreach (var mount in _mounts)
            mount.Dispose();
        _files.Dispose();
        _ownDescriptors.Dispose();
    }

    // The runtime has read the container's configuration before it calls any hook.
    private static void RefuseWhatIsTooLate(ContainerEdits edits)
    {
        var what = !edits.Environment.IsEmpty ? $"the variable {edits.Environment[0].Name}"
            : !edits.Hooks.IsEmpty ? $"the hook {edits.Hooks[0].Path}"
            : edits.DeviceNodes.FirstOrDefault(node => node.Type != 'c') is { } node ? $"the node {node.Path}, which is no character device,"
            : edits.Mounts.FirstOrDefault(mount => mount.Type != ContainerMount.Bind && !DetachedMount.IsOwnTmpfs(mount)) is { } mount ? $"a file system of type {mount.Type} at {mount.ContainerPath}"
            : null;
        if (what is not null)
            throw new GpuRuntimeException(
                ErrorCode.RequestUnsupported, $"What the container asks for brings {what}: a hook comes too late for that; start the container with gpu-runtime as its runtime (--runtime=gpu-runtime).");
    }

    private void Apply()
    {
        using var cgroup = _options.ChangesCgroup && !_edits.DeviceNodes.IsEmpty ? DeviceCgroup.Of(_process) : null;
        TakeMounts();
        var leaking = MountTable.Parse(_process.Read("mountinfo")).Where(mount => mount.IsShared).Select(mount => mount.Id).ToHashSet();
        _process.Run(() =>
        {
            using var rootfs = EnterRoot();
            try
            {
                ActAs(_spec.RootUid, _spec.RootGid);
                Fill(rootfs, leaking);
                ActAs(0, 0);
                cgroup?.Allow(_edits.DeviceNodes, _undo);
            }
            catch (Exception exception)
            {
                TakeBack(exception);
                throw;
            }
        });
    }

    // From the host's own namespace, before the container's is entered.
    private void TakeMounts()
    {
        var mounts = _options.BindsNodes ? _edits.Mounts.AddRange(_edits.DeviceNodes.Select(ContainerMount.OfNode)) : _edits.Mounts;
        foreach (var mount in mounts)
            _mounts.Add(mount.Type == ContainerMount.Tmpfs ? DetachedMount.Tmpfs(mount, _spec.MountLabel) : DetachedMount.Take(mount));
    }

    private RootedDirectory EnterRoot()
    {
        var rootfs = new RootedDirectory(RootedDirectory.OpenRoot(_options.RootPath), _options.RootPath) { Undo = _undo };
        RefuseAnothersProcess(rootfs);
        // A mode is what it says, and not what is left of it by the umask of whoever started the hook.
        _ = Libc.SetFileModeMask(0);
        return rootfs;
    }

    // File systems of a user namespace take files of its own users only. Whoever is in none of their own acts as root throughout.
    private void ActAs(uint uid, uint gid)
    {
        if ((_spec.RootUid, _spec.RootGid) != default)
            Libc.SetFileSystemIds(uid, gid);
    }

    // In the mount namespace of any other process the root is at most a directory in which nothing of this container's is mounted.
    private void RefuseAnothersProcess(RootedDirectory rootfs)
    {
        if (!_spec.Mounts("proc", "/proc"))
            return;
        using var proc = rootfs.TryOpen("proc", out _);
        if (proc is null || Libc.FileSystemMagic(proc) != Libc.ProcMagic)
            throw new GpuRuntimeException(ErrorCode.ContainerProcessMissing, $"Process {_process.Pid} is not in the container of {_spec.Name}: its mount namespace has no procfs in {_options.RootPath}.");
    }

    private void Fill(RootedDirectory rootfs, HashSet<ulong> leaking)
    {
        if (!_options.BindsNodes)
        {
            foreach (var node in _edits.DeviceNodes)
                rootfs.MakeNode(node, OwnerOf(node));
        }

        foreach (var mount in _mounts)
            Join(mount, rootfs.MountTarget(mount.ContainerPath, mount.Source.Type == FileType.Directory), leaking);
        foreach (var file in _edits.GeneratedFiles)
            JoinFile(rootfs, file, leaking);
        foreach (var directory in RootfsPreparation.LinksBelowDev(_edits))
            JoinLinks(rootfs, directory, leaking);
        RootfsPreparation.Apply(rootfs, RootfsPreparation.WithoutLinksBelowDev(_edits));
        foreach (var mask in _edits.ProcFileMasks.Where(mask => _spec.HasCapability(mask.Capability)))
            JoinMask(rootfs, mask, leaking);
    }

    private void Join(DetachedMount mount, FileDescriptor place, HashSet<ulong> leaking)
    {
        using var target = place;
        var status = Libc.Stat(target);
        // The hook may be called twice, by an engine and by a hooks directory.
        if (status.IsSameFile(mount.Source))
            return;
        if (leaking.Contains(status.MountId))
            throw new GpuRuntimeException(ErrorCode.RootfsHostile, $"{mount.ContainerPath} lies on a volume with shared propagation, from which a mount would appear on the host too; mount the volume elsewhere, or without :shared.");
        Libc.MoveMount(mount.Tree, target, mount.ContainerPath);
        _undo.Add(mount.ContainerPath, () => Libc.Unmount(mount.Tree, _ownDescriptors, mount.ContainerPath));
    }

    private void JoinFile(RootedDirectory rootfs, GeneratedFile file, HashSet<ulong> leaking)
    {
        var content = Encoding.UTF8.GetBytes(file.Content);
        if (rootfs.Read(file.ContainerPath, content.Length)?.AsSpan().SequenceEqual(content) == true)
            return;
        Join(Kept(_files.File(file.ContainerPath, content)), rootfs.MountTarget(file.ContainerPath, false), leaking);
    }

    private void JoinLinks(RootedDirectory rootfs, IGrouping<string, ContainerSymlink> directory, HashSet<ulong> leaking)
    {
        if (directory.All(link => rootfs.ReadLink($"{directory.Key}/{link.Path}") == link.Target))
            return;
        Join(Kept(_files.Links(directory.Key, directory.Concat(LinksOfOthers(rootfs, directory)))), rootfs.MountTarget(directory.Key, true), leaking);
    }

    // Another hook may have been here, for GPUs of another vendor: its links stay. What else an image has there is nobody's.
    private static IEnumerable<ContainerSymlink> LinksOfOthers(RootedDirectory rootfs, IGrouping<string, ContainerSymlink> directory)
    {
        var names = rootfs.List(directory.Key).Where(DrmNodes.IsByPathName).Except(directory.Select(link => link.Path)).ToList();
        return names.Count <= MostLinks
            ? names.Select(name => rootfs.ReadLink($"{directory.Key}/{name}") is { Length: > 0 } target ? new ContainerSymlink(name, target) : null).OfType<ContainerSymlink>()
            : throw new GpuRuntimeException(ErrorCode.RootfsHostile, $"{directory.Key} in the container holds {names.Count} links of GPUs, which no host has; mend the image, or the volume that brings them.");
    }

    private void JoinMask(RootedDirectory rootfs, ProcFileMask mask, HashSet<ulong> leaking)
    {
        if (HookInput.ReadFile(mask.HostFile) is not { } parameters || ContainerMask.Target(rootfs, mask.ProcFile) is not { } target)
            return;
        var masked = DriverParams.Masked(Encoding.UTF8.GetString(parameters).TrimEnd('\0'));
        Join(Kept(ContainerMask.Cover(_files, mask.ProcFile, Encoding.UTF8.GetBytes(masked))), target, leaking);
    }

    private DetachedMount Kept(DetachedMount mount)
    {
        _mounts.Add(mount);
        return mount;
    }

    // The process's groups are settled before any hook runs. A node that it could open through a group of the host's is made its own instead.
    private uint OwnerOf(DeviceNode node) =>
        node.IsOpenToAll || _spec.ProcessUid == 0 || _spec.ProcessGids.Contains(node.Gid) ? node.Uid : _spec.ProcessUid;

    private void TakeBack(Exception exception)
    {
        ActAs(0, 0);
        if (_undo.TakeBack() is { IsEmpty: false } left)
            throw new GpuRuntimeException(ErrorCode.HookFailed, $"{exception.Message} What could not be taken back of the container's: {string.Join(", ", left)}.", exception);
    }
}
