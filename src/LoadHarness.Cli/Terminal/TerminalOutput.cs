using LoadHarness.Core.Progress;
using Spectre.Console;

namespace LoadHarness.Cli.Terminal;

/// <summary>
/// Where text for people goes: standard output, or standard error when standard output carries JSON.
/// On a terminal long work is drawn in place; elsewhere it is plain lines.
/// </summary>
internal sealed class TerminalOutput
{
    private readonly IAnsiConsole _console;

    public TerminalOutput(bool json)
    {
        var writer = json ? Console.Error : Console.Out;
        var redirected = json ? Console.IsErrorRedirected : Console.IsOutputRedirected;
        _console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        Writer = writer;
        DrawsInPlace = !redirected && _console.Profile.Capabilities.Interactive && _console.Profile.Capabilities.Ansi;
    }

    public TextWriter Writer { get; }

    public bool DrawsInPlace { get; }

    public IAnsiConsole Drawing => _console;

    public void Line(string text = "") => Writer.WriteLine(WithoutControls(text));

    /// <summary>Names come from files and databases: an escape sequence in one must not command the terminal.</summary>
    internal static string WithoutControls(string text) => text.Any(IsCommand)
        ? string.Concat(text.Select(sign => IsCommand(sign) ? '\uFFFD' : sign))
        : text;

    private static bool IsCommand(char sign) => char.IsControl(sign) && sign is not ('\n' or '\t' or '\r');

    public void Heading(string stage) => Line($"== {stage}");

    /// <summary>Runs work that reports its progress.</summary>
    public async Task<T> WithProgressAsync<T>(Func<IStageProgress, Task<T>> work)
    {
        if (!DrawsInPlace) return await work(new PlainProgress(Writer, TimeProvider.System));
        return await _console.Progress()
            .AutoClear(false)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(),
                new RateColumn())
            .StartAsync(context => work(new DrawnProgress(_console, context)));
    }
}
