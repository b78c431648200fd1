using System.CommandLine;
using System.CommandLine.Parsing;

namespace LoadHarness.Cli.Options;

/// <summary>
/// Words that the verb does not know. For an option of other verbs the message says which they are, and why this one lacks it.
/// </summary>
internal static class UnknownWords
{
    private static readonly Dictionary<string, string> Reasons = new()
    {
        ["--workspaces"] = "measures all leads in one workspace",
        ["--skew"] = "measures all leads in one workspace",
    };

    public static IReadOnlyList<string> Faults(ParseResult parsed)
    {
        var words = parsed.Tokens.Select(token => token.Value).ToList();
        var explained = words.Index().Where(entry => parsed.Errors.Any(error => Names(error, entry.Item))
            && VerbsWith(parsed, NameOf(entry.Item)).Count > 0).ToList();
        // The value of an option that is not known is not known either.
        var told = explained.SelectMany(entry => words.Skip(entry.Index + 1).Take(1).Where(word => !word.StartsWith('-'))
            .Prepend(entry.Item)).ToHashSet();
        return
        [
            .. explained.Select(entry => Explained(parsed, NameOf(entry.Item))),
            .. parsed.Errors.Where(error => !told.Any(word => Names(error, word))).Select(error => $"{error.Message} See --help."),
        ];
    }

    private static bool Names(ParseError error, string word) => error.Message.Contains($"'{word}'", StringComparison.Ordinal);

    private static string Explained(ParseResult parsed, string option)
    {
        var verb = Path(parsed.CommandResult.Command, parsed.RootCommandResult.Command);
        var reason = Reasons.TryGetValue(option, out var why) ? $" {verb} {why}." : "";
        return $"{option}: it is no option of {verb}, but of {string.Join(", ", VerbsWith(parsed, option))}.{reason} Leave it out, or use "
            + "one of those.";
    }

    private static List<string> VerbsWith(ParseResult parsed, string option)
    {
        var root = parsed.RootCommandResult.Command;
        return [.. root.Subcommands.SelectMany(command => command.Subcommands.Prepend(command))
            .Where(command => command.Options.Any(known => known.Name == option)).Select(command => Path(command, root))];
    }

    private static string Path(Command command, Command root) => command == root ? "run"
        : root.Subcommands.Contains(command) ? command.Name : $"{command.Parents.OfType<Command>().First().Name} {command.Name}";

    private static string NameOf(string word) => word.Split('=')[0];
}
