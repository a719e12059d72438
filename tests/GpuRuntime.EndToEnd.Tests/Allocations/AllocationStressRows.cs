using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using GpuRuntime.EndToEnd.Tests.Rows;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Allocations;

/// <summary>Many containers at the same time, some of whose creators and deleters are killed: no GPU is given twice, and none is lost.</summary>
public sealed class AllocationStressRows : BundleFixture
{
    private const int RealContainers = 24;
    private const int Cycles = 200;
    private const int KilledOneIn = 10;
    private const int LongestLifeMilliseconds = 60;

    // The calls by which the ledger changes.
    private static readonly string[] LedgerCalls = ["openat2", "flock", "write", "mkdirat", "linkat", "renameat", "unlinkat", "close"];

    private string _runtime = "";
    private string _locks = "";
    private string _configuration = "";

    private LedgerFiles Ledger => new(Machine.StateDirectory);

    [TestCase(1, 200)]
    [TestCase(2, 1000)]
    public async Task No_GPU_is_given_twice_and_none_is_lost_with_a_stand_in_for_runc(int seed, int containers)
    {
        var random = new Random(seed);
        var plans = Enumerable.Range(0, containers).Select(number => Plan.Of(number, random)).ToList();
        var bundles = plans.Select(plan => Create(plan.Id, plan.Request)).ToList();
        var outcomes = new ConcurrentDictionary<string, int>();
        using var ended = new CancellationTokenSource();
        var watching = Task.Run(() => Watch(ended.Token));

        await Task.WhenAll(plans.Zip(bundles).Select(pair => Task.Run(() => LiveAsync(pair.First, pair.Second, outcomes))));
        await ended.CancelAsync();
        var reads = await watching;

        TestContext.Out.WriteLine($"{string.Join(", ", outcomes.OrderBy(static outcome => outcome.Key, StringComparer.Ordinal).Select(static outcome => $"{outcome.Value} {outcome.Key}"))}; {reads} reads");
        AssertNoViolation();
        await EndAllAsync(plans);
        await AssertEverythingFreeAsync();
        Assert.That(outcomes.GetValueOrDefault("given"), Is.GreaterThan(containers / 10));
        Assert.That(outcomes.GetValueOrDefault("refused"), Is.Positive, "containers met each other");
        Assert.That(outcomes.GetValueOrDefault("killed"), Is.Positive);
    }

    [Test]
    public async Task No_GPU_is_given_twice_and_none_is_lost_with_runc()
    {
        var random = new Random(3);
        var outcomes = new ConcurrentDictionary<string, int>();
        using var ended = new CancellationTokenSource();
        var watching = Task.Run(() => Watch(ended.Token));
        using var places = new SemaphoreSlim(4);

        await Task.WhenAll(Enumerable.Range(0, RealContainers).Select(number => Plan.Of(number, random)).Select(async plan =>
        {
            var bundle = await CreateBundleAsync(plan.Id, null, BundleEngine.DefaultOptions with { Env = [$"GPU_RUNTIME_GPUS={plan.Request}"] }, "sleep", "1000");
            await places.WaitAsync();
            try
            {
                var created = await Bundles.Runtime(RuntimeNames.GpuRuntime, "create", "--bundle", bundle.Directory, plan.Id).RunAsync();
                outcomes.AddOrUpdate(created.ExitCode == 0 ? "given" : "refused", 1, static (_, count) => count + 1);
                Assert.That(created.ExitCode == 0 || created.Error.Contains("GRT2009", StringComparison.Ordinal), created.ToString());
                if (created.ExitCode == 0)
                    (await Bundles.Runtime(RuntimeNames.GpuRuntime, "delete", "--force", plan.Id).RunAsync()).EnsureSuccess();
            }
            finally
            {
                places.Release();
            }
        }));
        await ended.CancelAsync();
        var reads = await watching;

        TestContext.Out.WriteLine($"{string.Join(", ", outcomes.OrderBy(static outcome => outcome.Key, StringComparer.Ordinal).Select(static outcome => $"{outcome.Value} {outcome.Key}"))}; {reads} reads");
        await AssertEverythingFreeAsync();
    }

    [Test]
    public async Task Containers_that_come_and_go_leave_no_file_behind_with_a_stand_in_for_runc()
    {
        var bundle = Create("cycle", "all,mode=exclusive");
        var config = await File.ReadAllTextAsync(bundle.ConfigPath);
        await CycleAsync();
        var before = Directory.GetFileSystemEntries(Machine.StateDirectory, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToArray();

        for (var cycle = 0; cycle < Cycles; cycle++)
            await CycleAsync();

        Assert.That(Directory.GetFileSystemEntries(Machine.StateDirectory, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal), Is.EqualTo(before));

        async Task CycleAsync()
        {
            await File.WriteAllTextAsync(bundle.ConfigPath, config);
            (await Verb("create", "--bundle", bundle.Directory, "cycle").RunAsync()).EnsureSuccess();
            (await Verb("delete", "cycle").RunAsync()).EnsureSuccess();
        }
    }

    [TearDown]
    public void RemoveLedger()
    {
        if (Directory.Exists(Machine.StateDirectory))
            Directory.Delete(Machine.StateDirectory, recursive: true);
    }

    private async Task LiveAsync(Plan plan, Bundle bundle, ConcurrentDictionary<string, int> outcomes)
    {
        var create = Verb("create", "--bundle", bundle.Directory, plan.Id);
        var created = await EndingAsync(plan.KilledCreate, create);
        Count(created is null ? "killed" : created.ExitCode == 0 ? "given" : "refused");
        Assert.That(created is null or { ExitCode: 0 } || created.Error.Contains("GRT2009", StringComparison.Ordinal), created?.ToString());
        if (created?.ExitCode != 0)
            return;
        await Task.Delay(plan.LifeMilliseconds);
        if (await EndingAsync(plan.KilledDelete, Verb("delete", plan.Id)) is { } deleted)
            deleted.EnsureSuccess();
        else
            Count("killed");

        void Count(string outcome) => outcomes.AddOrUpdate(outcome, 1, static (_, count) => count + 1);
    }

    /// <returns><see langword="null"/> when it was killed.</returns>
    private async Task<CommandResult?> EndingAsync(Death? death, Command command)
    {
        if (death is null)
            return await (command with { Limit = TimeSpan.FromMinutes(2) }).RunAsync();
        if (death.Call is { } call)
        {
            var traced = command with
            {
                Program = Programs.Engine("strace"),
                Arguments = ["-qq", "-o", "/dev/null", "-e", $"trace={call}", "-e", $"inject={call}:signal=SIGKILL:when={death.At}", command.Program, .. command.Arguments],
            };
            // Not with the processes that it starts: a container would be waited for. strace ends as its program did.
            return await (traced with { Limit = TimeSpan.FromMinutes(2) }).RunAsync() is { ExitCode: not 137 } result ? result : null;
        }

        var prefix = Machine.Directory.Combine($"killed-{Guid.NewGuid():N}");
        using var process = command.Start(prefix);
        await Task.Delay(death.At);
        process.Kill();
        await process.WaitForExitAsync();
        return process.ExitCode == 137 ? null : new CommandResult(command.ToString(), process.ExitCode, await File.ReadAllTextAsync($"{prefix}.out"), await File.ReadAllTextAsync($"{prefix}.err"));
    }

    // As an admin's tool would: without the lock, at any time.
    private int Watch(CancellationToken ended)
    {
        var reads = 0;
        for (; !ended.IsCancellationRequested; reads++)
        {
            foreach (var entry in Ledger.Read())
                Assert.That((string?)entry["container"], Is.Not.Empty);
            var shared = Ledger.Holders().GroupBy(static holder => holder.Unit).Where(static unit => unit.Any(static holder => holder.Mode == 'x') && unit.Count() > 1);
            Assert.That(shared.Select(static unit => string.Join(' ', unit)), Is.Empty, "a GPU that one has for itself has two names");
            Thread.Sleep(2);
        }

        return reads;
    }

    private void AssertNoViolation()
    {
        var violations = Path.Combine(_locks, "violations");
        Assert.That(File.Exists(violations) ? File.ReadAllText(violations) : "", Is.Empty);
    }

    private async Task EndAllAsync(IEnumerable<Plan> plans)
    {
        foreach (var plan in plans.Where(plan => Directory.Exists(Path.Combine(Bundles.StateRoot, plan.Id))))
            (await Command.Of(_runtime, "--root", Bundles.StateRoot, "delete", plan.Id).RunAsync()).EnsureSuccess();
    }

    private async Task AssertEverythingFreeAsync()
    {
        var bundle = Create("everything", "all,mode=exclusive");
        (await Verb("create", "--bundle", bundle.Directory, "everything").RunAsync()).EnsureSuccess();
        (await Verb("delete", "everything").RunAsync()).EnsureSuccess();
        AssertNoViolation();
        Assert.That(Ledger.Left(), Is.Empty);
    }

    // Of a root that needs no preparation, and with the mode where the stand-in reads it.
    private Bundle Create(string id, string request)
    {
        var directory = Machine.Directory.CreateSubdirectory("stress", $"{id}-{Guid.NewGuid():N}");
        Directory.CreateDirectory(Path.Combine(directory, "rootfs"));
        return Bundle.Create(directory, Path.Combine(directory, "rootfs"), BundleEngine.DefaultOptions with
        {
            Env = [$"GPU_RUNTIME_GPUS={request}", "NVIDIA_DRIVER_CAPABILITIES=utility", $"GPU_MODE={(request.Contains("exclusive", StringComparison.Ordinal) ? "exclusive" : "shared")}"],
        });
    }

    private Command Verb(params ReadOnlySpan<string> arguments) =>
        Bundles.Runtime(RuntimeNames.GpuRuntime, arguments).WithEnvironment("GPU_RUNTIME_CONFIG", _configuration).WithEnvironment(LivingRuntime.Variable, _locks);

    private protected override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        _runtime = await LivingRuntime.BuildAsync(Machine.Directory.Combine("living"));
        _locks = Machine.Directory.CreateSubdirectory("locks");
        _configuration = Machine.WriteConfiguration("living.json", json => json["lowLevelRuntimes"] = new JsonArray(_runtime));
    }

    /// <summary>How a process is killed: after so many milliseconds, or at that call of it.</summary>
    private sealed record Death(string? Call, int At);

    private sealed record Plan(string Id, string Request, int LifeMilliseconds, Death? KilledCreate, Death? KilledDelete)
    {
        private static readonly string[] Requests =
            ["1", "2", "device=0", "device=3,4", "1,mode=exclusive", "1,mode=exclusive", "2,mode=exclusive", "device=5,mode=exclusive", "device=6,7,mode=exclusive", "4,mode=exclusive"];

        public static Plan Of(int number, Random random) => new(
            string.Create(CultureInfo.InvariantCulture, $"s{number}-{Guid.NewGuid():N}"),
            Requests[random.Next(Requests.Length)],
            random.Next(LongestLifeMilliseconds),
            Killed(random),
            Killed(random));

        private static Death? Killed(Random random) => random.Next(KilledOneIn) switch
        {
            0 when random.Next(2) == 0 => new Death(null, random.Next(80)),
            0 => new Death(LedgerCalls[random.Next(LedgerCalls.Length)], random.Next(1, 30)),
            _ => null,
        };
    }
}
