using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace GpuRuntime.Agent.Http;

/// <summary>
/// What Kestrel's TLS asks for by types that only Kestrel can name, and would get from the hosting that is built around it elsewhere: its own
/// registration of them is taken, and nothing else is built.
/// </summary>
internal sealed class KestrelParts : IWebHostBuilder
{
    private readonly ServiceCollection _services = new();

    private KestrelParts()
    {
    }

    public static ServiceProvider Create()
    {
        var parts = new KestrelParts();
        parts._services.AddLogging().AddMetrics();
        parts.UseKestrelCore();
        return parts._services.BuildServiceProvider();
    }

    public IWebHost Build() => throw new NotSupportedException();

    public IWebHostBuilder ConfigureAppConfiguration(Action<WebHostBuilderContext, IConfigurationBuilder> configureDelegate) => throw new NotSupportedException();

    public IWebHostBuilder ConfigureServices(Action<IServiceCollection> configureServices)
    {
        configureServices(_services);
        return this;
    }

    public IWebHostBuilder ConfigureServices(Action<WebHostBuilderContext, IServiceCollection> configureServices) => throw new NotSupportedException();

    public string? GetSetting(string key) => null;

    public IWebHostBuilder UseSetting(string key, string? value) => throw new NotSupportedException();
}
