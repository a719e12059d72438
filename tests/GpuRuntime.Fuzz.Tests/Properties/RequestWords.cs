using System.Buffers.Binary;
using System.Diagnostics;
using GpuRuntime.EndToEnd.Tests;

namespace GpuRuntime.Fuzz.Tests.Properties;

/// <summary>
/// The C that looks for request words in a config.json before anything else (src/native/passthrough/request-words.c), as a program: texts go in,
/// verdicts come out. Each text is a piece of memory of its own size, and AddressSanitizer ends the program that reads beside it.
/// </summary>
internal sealed class RequestWords : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("request-words-").FullName;
    private readonly Process _program;

    public RequestWords()
    {
        var (source, program) = (Path.Combine(_directory, "main.c"), Path.Combine(_directory, "request-words"));
        File.WriteAllText(source, Main);
        var native = Path.Combine(Repository.Root, "src/native/passthrough");
        using (var compiler = Process.Start("gcc", ["-std=gnu11", "-D_GNU_SOURCE", "-g", "-Wall", "-Werror", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-I", native, "-o", program, source, Path.Combine(native, "request-words.c")]))
        {
            compiler.WaitForExit();
            Assert.That(compiler.ExitCode, Is.Zero, "gcc");
        }

        _program = Process.Start(new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
    }

    public bool AreIn(ReadOnlySpan<byte> text)
    {
        Span<byte> length = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)text.Length);
        var (to, from) = (_program.StandardInput.BaseStream, _program.StandardOutput.BaseStream);
        to.Write(length);
        to.Write(text);
        to.Flush();
        return from.ReadByte() switch
        {
            'y' => true,
            'n' => false,
            _ => throw new InvalidOperationException(_program.StandardError.ReadToEnd()),
        };
    }

    public void Dispose()
    {
        _program.StandardInput.Close();
        _program.WaitForExit();
        _program.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private const string Main = """
        #include <stdint.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include "request-words.h"

        int main(void)
        {
            uint32_t length;
            while (fread(&length, sizeof length, 1, stdin) == 1) {
                char *text = malloc(length);
                if (fread(text, 1, length, stdin) != length)
                    return 1;
                putchar(has_request_word(text, length) ? 'y' : 'n');
                fflush(stdout);
                free(text);
            }
            return 0;
        }
        """;
}
