using System.Security.Cryptography;
using System.Text;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Agent.Http;

/// <summary>The token of <c>agent.tokenFile</c>. The file is read again from time to time, so that the token can be changed while the agent runs.</summary>
internal sealed class BearerToken
{
    private const string Scheme = "Bearer ";
    private const int Shortest = 16;
    private const int LargestFile = 4 << 10;

    private static readonly TimeSpan TimeBetweenReads = TimeSpan.FromSeconds(10);

    private readonly string _path;
    private readonly TimeProvider _clock;
    private readonly Action<string> _report;
    private readonly Lock _gate = new();
    private byte[]? _hash;
    private long _read;

    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.AgentNotListening"/>: the file cannot be used.</exception>
    public BearerToken(string path, TimeProvider clock, Action<string> report)
    {
        (_path, _clock, _report) = (path, clock, report);
        _hash = Read();
        _read = clock.GetTimestamp();
    }

    /// <param name="authorization">The header as it came.</param>
    public bool IsShownBy(string? authorization)
    {
        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || Current() is not { } expected)
            return false;
        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(authorization[Scheme.Length..].Trim())), expected);
    }

    private byte[]? Current()
    {
        lock (_gate)
        {
            if (_clock.GetElapsedTime(_read) < TimeBetweenReads)
                return _hash;
            _read = _clock.GetTimestamp();
            try
            {
                _hash = Read();
            }
            catch (GpuRuntimeException exception)
            {
                // Nobody gets in by a token that the admin took away.
                _hash = null;
                _report(exception.UserLine);
            }

            return _hash;
        }
    }

    private byte[] Read()
    {
        var token = Encoding.UTF8.GetString(SecretFile.Read(_path, LargestFile, ErrorCode.AgentNotListening, "agent.tokenFile")).Trim();
        return token.Length >= Shortest
            ? SHA256.HashData(Encoding.UTF8.GetBytes(token))
            : throw new GpuRuntimeException(ErrorCode.AgentNotListening, $"The token in {_path} (agent.tokenFile) has fewer than {Shortest} characters. Write a longer one: openssl rand -hex 32 > {_path}.");
    }
}
