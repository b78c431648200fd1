using System.CommandLine;
using LoadHarness.Cli.Options;
using LoadHarness.Cli.Verbs;

namespace LoadHarness.UnitTests.Cli;

/// <summary>README sends people to docs/reference.md for verbs and options: all of them are there.</summary>
public sealed class ReferenceTests
{
    private static readonly string[] UsualOnes = ["--help", "--version"];

    [Fact]
    public void Every_option_of_every_verb_is_named()
    {
        var words = File.ReadAllText(Repository.File("docs", "reference.md")).Split([' ', '`', ',', '=', '(', ')', '|', '\n']).ToHashSet();
        var root = CommandLine.Build(
            new CommandLineOptions(), (_, _) => throw new InvalidOperationException("nothing is run"), _ => { }, CancellationToken.None);

        Assert.Empty(All(root).SelectMany(command => command.Options.Select(option => (command.Name, Option: option.Name)))
            .Where(one => !UsualOnes.Contains(one.Option) && !words.Contains(one.Option))
            .Select(one => $"{one.Name} {one.Option}"));
    }

    [Fact]
    public void Every_verb_is_named()
    {
        var text = File.ReadAllText(Repository.File("docs", "reference.md"));
        Assert.All(VerbCatalog.All(new()).Select(verb => verb.Command.Name), name => Assert.Matches($"`([a-z]+ )?{name}[` ]", text));
    }

    private static IEnumerable<Command> All(Command command) => command.Subcommands.SelectMany(All).Prepend(command);
}
