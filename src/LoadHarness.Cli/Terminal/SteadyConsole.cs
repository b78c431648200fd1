using System.Diagnostics;
using System.Text;

namespace LoadHarness.Cli.Terminal;

/// <summary>
/// Standard output and standard error that may be full, closed or gone with their terminal: what cannot be written is left out, and the
/// work goes on. A measurement is not lost for a line about it.
/// </summary>
internal static class SteadyConsole
{
    /// <summary>A program that reads takes a line much sooner.</summary>
    private static readonly TimeSpan LongestWrite = TimeSpan.FromSeconds(5);

    private static SteadyWriter? Output;
    private static SteadyWriter? Errors;

    /// <summary>A line is being written that nobody takes.</summary>
    public static bool IsUnread => Output?.Waiting > LongestWrite || Errors?.Waiting > LongestWrite;

    /// <summary>To be called first, before anything takes hold of the console's writers.</summary>
    public static void Install()
    {
        Console.SetError(Errors = new SteadyWriter(() => Console.OpenStandardError()));
        Console.SetOut(Output = new SteadyWriter(() => Console.OpenStandardOutput()));
    }

    /// <summary>Says on standard error that lines are missing on standard output, when some are.</summary>
    public static void PrintWhatIsMissing()
    {
        if (Output?.Fault is { } fault)
            Console.Error.WriteLine(
                $"Standard output could not be written ({fault.TrimEnd('.')}): lines are missing there. The files of the run are whole.");
    }

    private sealed class SteadyWriter(Func<Stream> open) : TextWriter
    {
        private readonly Lazy<TextWriter> _inner = new(() => new StreamWriter(open(), new UTF8Encoding(false), bufferSize: 4096)
        {
            AutoFlush = true,
        });

        // When the write that is under way began; zero when none is. The console lets in one at a time.
        private long _began;

        /// <summary>How long the write that is under way has taken; null when none is.</summary>
        public TimeSpan? Waiting => Interlocked.Read(ref _began) is not 0 and var began ? Stopwatch.GetElapsedTime(began) : null;

        /// <summary>Why the first line was lost; null when none was.</summary>
        public string? Fault { get; private set; }

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => Try(writer => writer.Write(value));

        public override void Write(string? value) => Try(writer => writer.Write(value));

        public override void Write(char[] buffer, int index, int count) => Try(writer => writer.Write(buffer, index, count));

        public override void WriteLine() => Try(writer => writer.WriteLine());

        public override void WriteLine(string? value) => Try(writer => writer.WriteLine(value));

        public override void Flush() => Try(writer => writer.Flush());

        private void Try(Action<TextWriter> write)
        {
            Interlocked.Exchange(ref _began, Stopwatch.GetTimestamp());
            try
            {
                write(_inner.Value);
            }
            catch (Exception failure)
            {
                Fault ??= failure.Message;
            }
            finally
            {
                Interlocked.Exchange(ref _began, 0);
            }
        }
    }
}
