using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using LoadHarness.Core;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>How a program ended, and what it said until then.</summary>
/// <remarks>
/// The end of the program counts, not the end of its output: on Windows a server inherits the pipes of the pg_ctl that started it, and
/// holds them for as long as it runs.
/// </remarks>
internal sealed record ProgramEnd(int ExitCode, string Output, string Errors)
{
    // What the program wrote itself is in the pipes by then: to read it takes much less, also on a machine with other work.
    private static readonly TimeSpan PatienceAfterEnd = TimeSpan.FromSeconds(2);

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Runs a program to its end, in the temporary directory and with a clean environment.</summary>
    /// <param name="words">The program and its arguments.</param>
    /// <param name="input">What it reads from standard input.</param>
    /// <exception cref="HarnessException">It could not be started.</exception>
    public static async Task<ProgramEnd> OfAsync(IReadOnlyList<string> words, string input, CancellationToken cancellationToken)
    {
        using var program = Start(words);
        using var abandonment = new CancellationTokenSource();
        using var outputReader = program.StandardOutput;
        using var errorReader = program.StandardError;
        var (output, errors) = (new StringBuilder(), new StringBuilder());
        var reading = Task.WhenAll(
            ReadAsync(outputReader, output, abandonment.Token), ReadAsync(errorReader, errors, abandonment.Token));
        try
        {
            await WriteAsync(program.StandardInput, input, cancellationToken);
            await program.WaitForExitAsync(cancellationToken);
            await reading.WaitAsync(PatienceAfterEnd, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Another program holds the other end: that one is not waited for.
        }
        catch (OperationCanceledException)
        {
            await KillAsync(program);
            throw;
        }
        finally
        {
            await abandonment.CancelAsync();
        }

        return new(program.ExitCode, TextOf(output), TextOf(errors));
    }

    private static Process Start(IReadOnlyList<string> words)
    {
        var start = new ProcessStartInfo(words[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = Utf8,
            StandardOutputEncoding = Utf8,
            StandardErrorEncoding = Utf8,
            CreateNoWindow = true,
            WorkingDirectory = PrivateRoot.Above,
        };
        foreach (var word in words.Skip(1)) start.ArgumentList.Add(word);
        start.Clean().Environment["LC_ALL"] = "C";
        try
        {
            return Process.Start(start) ?? throw new HarnessException($"{words[0]} could not be started.");
        }
        catch (Win32Exception refusal)
        {
            throw new HarnessException($"{words[0]} could not be started: {refusal.Message}", inner: refusal);
        }
    }

    private static async Task WriteAsync(StreamWriter to, string input, CancellationToken cancellationToken)
    {
        try
        {
            await using (to) await to.WriteAsync(input.AsMemory(), cancellationToken);
        }
        catch (IOException)
        {
            // It ended before it had read all. Its exit code says whether that was right.
        }
    }

    /// <param name="abandoned">Nobody wants to know the rest.</param>
    private static async Task ReadAsync(StreamReader reader, StringBuilder into, CancellationToken abandoned)
    {
        var buffer = new char[4096];
        while (await reader.ReadAsync(buffer.AsMemory(), abandoned) is > 0 and var count)
        {
            lock (into) into.Append(buffer, 0, count);
        }
    }

    private static string TextOf(StringBuilder text)
    {
        lock (text) return text.ToString();
    }

    private static async Task KillAsync(Process program)
    {
        try
        {
            program.Kill(entireProcessTree: true);
        }
        catch (Exception) when (program.HasExited)
        {
            // It ended by itself meanwhile.
        }

        await program.WaitForExitAsync(CancellationToken.None);
    }
}
