using System.Collections.Immutable;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.DockerCommand;

/// <summary>Turns the arguments of <c>docker gpu run</c> into those of <c>docker run</c>: <c>--gpus</c> alone changes, and only where it has to.</summary>
public sealed class DockerRunTranslation
{
    private readonly PluginCommandLine _line;
    private readonly string[] _arguments;
    private readonly DockerRunArguments _run;

    // What each --gpus of the arguments means; null where docker may say what it thinks of it.
    private readonly ImmutableArray<GpusFlag?> _gpus;

    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.RequestInvalid"/>, <see cref="ErrorCode.DockerArgumentsInvalid"/>.</exception>
    public DockerRunTranslation(PluginCommandLine line, string[] arguments)
    {
        _line = line;
        _arguments = arguments;
        _run = DockerRunArguments.Read(arguments, line.Rest);
        _gpus = [.. _run.Gpus.Select(flag => AsksHelp ? null : GpusFlag.Parse(flag.Value!))];
        if (_gpus.Length > 1 && NeedsMore)
            throw new GpuRuntimeException(ErrorCode.DockerArgumentsInvalid, "--gpus is given more than once, and one of them says what Docker's own flag cannot; put everything into one --gpus, such as device=0,1,memory=2GB.");
    }

    public bool AsksHelp => _run.AsksHelp;

    public bool IsDryRun => !_run.DryRun.IsEmpty;

    /// <summary>Whether something goes beside Docker's own flag, so that it matters what the daemon knows.</summary>
    public bool NeedsMore => _gpus.Any(gpus => gpus is { Annotations.IsEmpty: false });

    /// <param name="knowsAnnotations">Whether docker's command line and daemon know <c>--annotation</c>; otherwise an environment variable goes there.</param>
    /// <returns>Everything behind the program's name.</returns>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.DockerArgumentsInvalid"/>: the user gives what would be given here.</exception>
    public ImmutableArray<DockerArgument> For(bool knowsAnnotations)
    {
        var command = ImmutableArray.CreateBuilder<DockerArgument>();
        command.AddRange(_line.GlobalFlags);
        var place = _line.Rest - 1;
        for (var i = 0; i < _gpus.Length; i++)
        {
            var flag = _run.Gpus[i];
            if (_gpus[i] is not { } gpus || (gpus.Annotations.IsEmpty && gpus.DockerValue == flag.Value))
                continue;
            AddOwn(command, place, flag.Place);
            command.AddRange(Written(gpus, knowsAnnotations).Select(text => new DockerArgument(text, null)));
            place = flag.Place + flag.Length;
        }

        AddOwn(command, place, _arguments.Length);
        return command.ToImmutable();
    }

    // The user's own, as they came.
    private void AddOwn(ImmutableArray<DockerArgument>.Builder command, int start, int end)
    {
        for (var place = start; place < end; place++)
        {
            if (!_run.DryRun.Any(flag => flag.Place == place))
                command.Add(new DockerArgument(_arguments[place], place));
        }
    }

    private List<string> Written(GpusFlag gpus, bool knowsAnnotations)
    {
        var arguments = new List<string> { "--gpus", gpus.DockerValue };
        if (!knowsAnnotations && !gpus.Annotations.IsEmpty)
            return [.. arguments, "--env", $"{Free(RequestReader.GpusVariable)}={gpus.Request}"];
        foreach (var annotation in gpus.Annotations)
            arguments.AddRange(["--annotation", $"{Free(annotation.Name)}={annotation.Value}"]);
        return arguments;
    }

    private string Free(string name) => !_run.GivenNames.Contains(name) ? name : throw new GpuRuntimeException(
        ErrorCode.DockerArgumentsInvalid,
        $"{name} is given, and what --gpus says has to go there; say it in one of the two places.");
}
