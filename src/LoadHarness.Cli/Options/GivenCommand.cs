using System.CommandLine;
using System.CommandLine.Parsing;
using LoadHarness.Core.Options;

namespace LoadHarness.Cli.Options;

/// <summary>The verb and its options as they were typed: with them, and the same commit, a run is asked for again.</summary>
internal static class GivenCommand
{
    /// <summary>They change no figure: where files go, what is shown and kept. And nobody is handed a command that deletes rows.</summary>
    private static readonly string[] LeftOut = ["--out", "--open", "--json", "--keep", "--baseline", "--markdown", "--force"];

    /// <param name="database">A connection string is left out: it may hold a password, and it says where a person's server is.</param>
    public static IReadOnlyList<string> Of(ParseResult parsed, DatabaseTarget database)
    {
        var commands = new List<CommandResult>();
        for (SymbolResult? at = parsed.CommandResult; at is CommandResult command; at = at.Parent) commands.Insert(0, command);
        var verbs = commands.Select(command => command.Command).Where(command => command is not RootCommand)
            .Select(command => command.Name).DefaultIfEmpty("run");
        return
        [
            .. verbs, .. commands.SelectMany(command => command.Children).SelectMany(Words)
                .Select(Redaction.Of),
        ];

        IEnumerable<string> Words(SymbolResult given) => given switch
        {
            OptionResult { Implicit: true } => [],
            OptionResult { Option.Name: "--database" } when database is DatabaseTarget.Given => [],
            OptionResult option when LeftOut.Contains(option.Option.Name) => [],
            OptionResult option => [option.Option.Name, .. option.Tokens.Select(token => token.Value)],
            ArgumentResult argument => argument.Tokens.Select(token => token.Value),
            _ => [],
        };
    }
}
