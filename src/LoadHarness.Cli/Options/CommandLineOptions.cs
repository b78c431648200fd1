using System.CommandLine;
using LoadHarness.Core;
using LoadHarness.Core.Options;

namespace LoadHarness.Cli.Options;

/// <summary>
/// The options that the verbs share, as System.CommandLine knows them. All are read as plain words, so that every wrong one can be reported
/// together.
/// </summary>
internal sealed class CommandLineOptions
{
    public Option<string?> Contacts { get; } = new("--contacts")
    {
        Description = "Leads in the large workspace: 200000, 200k, 2_000_000, 2M, 1e6. Default 200k.",
        HelpName = "N",
    };

    public Option<string?> Workspaces { get; } = new("--workspaces")
    {
        Description = "Spread the leads over so many workspaces, and draw one for each request. Default 1: all in one, and fifty small "
            + "ones on top.",
        HelpName = "W",
    };

    public Option<string?> Skew { get; } = new("--skew")
    {
        Description = "With --workspaces: the workspace of rank r holds 1/r^S of the leads (Zipf). 0: all alike. Default 1.",
        HelpName = "S",
    };

    public Option<string?> Profile { get; } = new("--profile")
    {
        Description = "smoke, standard (default), calm, nightly, soak, or the path of a file like those in scenarios/profiles.",
        HelpName = "NAME|FILE",
    };

    public Option<string?> Targets { get; } = new("--targets")
    {
        Description = "What to judge by: a file like scenarios/targets.json, which is the default.",
        HelpName = "FILE",
    };

    public Option<string?> Workload { get; } = new("--workload")
    {
        Description = "A folder with a workload of one's own, as docs/your-workload.md describes it: your statements on your database.",
        HelpName = "DIR",
    };

    public Option<string?> Database { get; } = new("--database")
    {
        Description = "auto (default: a container, else a private native cluster), container, native, or a connection string. Better "
            + "from LOADHARNESS_DATABASE: what stands here shows in the process list.",
        HelpName = "WHERE",
    };

    public Option<string?> Out { get; } = new("--out")
    {
        Description = "Directory below which the run's folder is made (of report: the folder itself). Default reports/runs, or the verb's "
            + "own, such as reports/prove; report makes a new one.",
        HelpName = "DIR",
    };

    public Option<string?> Seed { get; } = new("--seed")
    {
        Description = "Seed of all generated values and arrivals. Default 42.",
        HelpName = "S",
    };

    public Option<string?> Settings { get; } = new("--settings")
    {
        Description = "Server settings: checklist (default) or tuned to this machine. A given database keeps its own.",
        HelpName = "NAME",
    };

    public Option<string?> Engine { get; } = new("--engine") { Description = "loadharness (default) or nbomber.", HelpName = "NAME" };

    public Option<string?> Pooler { get; } = new("--pooler") { Description = "none (default) or pgbouncer.", HelpName = "NAME" };

    public Option<string?> Baseline { get; } = new("--baseline")
    {
        Description = "An earlier run's run.json, or its folder: its figures stand next to these, and one of another scale, seed, "
            + "profile or machine is refused.",
        HelpName = "FILE",
    };

    public Option<string?> Require { get; } = new("--require")
    {
        Description = "What has to be judged: all targets (all), or ids of targets and requirements such as TQ-1,IX-1. One that was not "
            + "judged ends in exit code 5.",
        HelpName = "IDS",
    };

    public Option<string?> Force { get; } = new("--force")
    {
        Description = "Use a given database although it is not empty: deletes every row of workspaces, users, leads and of all that "
            + "refers to them; selfcheck deletes none. Rows that the harness did not make are deleted with --force=delete-all-rows only.",
        HelpName = "delete-all-rows",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public Option<string?> WithoutExtensions { get; } = new("--without-extensions")
    {
        Description = "Treat a private server as one that lacks these: pg_partman, pg_cron, pg_stat_statements, with commas between.",
        HelpName = "NAMES",
    };

    public Option<string?> Agents { get; } = new("--agents")
    {
        Description = "Generators that share the load. Without --broker they run on this machine, as programs of their own.",
        HelpName = "N",
    };

    public Option<string?> Broker { get; } = new("--broker")
    {
        Description = "With --agents: a NATS server on which agents of other machines join (see the verb agent). Needs --database, which "
            + "they can reach.",
        HelpName = "URL",
    };

    public Option<string?> TokenFile { get; } = new("--token-file")
    {
        Description = "File with the secret of the NATS server. Default: the environment's LOADHARNESS_AGENT_TOKEN.",
        HelpName = "FILE",
    };

    public Option<bool> Keep { get; } = new("--keep") { Description = "Keep the seeded server for a later --reuse, and say where it is." };

    public Option<bool> Reuse { get; } = new("--reuse")
    {
        Description = "Start from a kept database of the same scale, seed and schema when there is one.",
    };

    public Option<bool> Open { get; } = new("--open") { Description = "Open the page in the browser; without a display, say where it is." };

    public Option<bool> Json { get; } = new("--json")
    {
        Description = "One JSON object on standard output; text for people on standard error.",
    };

    /// <summary>Of <c>run</c>.</summary>
    public IEnumerable<Option> OfRun => [.. All, Agents, Broker, TokenFile];

    private IEnumerable<Option> All =>
        [Contacts, Workspaces, Skew, Profile, Targets, Workload, Database, Out, Seed, Settings, Engine, Pooler, Baseline, Require,
            WithoutExtensions, Force, Keep,
        Reuse, Open, Json];

    /// <param name="ofForm">What <see cref="FormOptions"/> found.</param>
    /// <exception cref="HarnessException">Some words could not be parsed, or are wrong; all of them are named.</exception>
    public HarnessOptions Read(ParseResult parsed, params IEnumerable<string> ofForm) => Read(parsed, Words(parsed), ofForm);

    /// <summary>All but <c>--require</c>: what it may name is known once the run is read that it is about.</summary>
    /// <param name="ofForm">What <see cref="FormOptions"/> found.</param>
    /// <exception cref="HarnessException">Some words could not be parsed, or are wrong; all of them are named.</exception>
    public HarnessOptions ReadWithoutRequired(ParseResult parsed, params IEnumerable<string> ofForm) =>
        Read(parsed, Words(parsed) with { Require = null }, ofForm);

    /// <param name="known">Every id that may be named; null for those of the targets and the requirements.</param>
    /// <exception cref="HarnessException">No id is named, or one that is unknown.</exception>
    public IReadOnlyList<string> Required(ParseResult parsed, HarnessOptions options, IReadOnlyList<string>? known)
    {
        var errors = new List<string>();
        var required = RequiredIds.Read(
            Word(parsed, Require), known ?? RequiredIds.Known(options.Targets, ofWorkload: options.Workload is not null), errors);
        return errors.Count == 0 ? required : throw OptionsCheck.Refusal(errors);
    }

    /// <summary>The directory as given; null when the verb's own default holds.</summary>
    public string? OutGiven(ParseResult parsed) => Word(parsed, Out);

    public string? TokenFileGiven(ParseResult parsed) => Word(parsed, TokenFile);

    public bool ContactsGiven(ParseResult parsed) => Word(parsed, Contacts) is not null;

    public bool ProfileGiven(ParseResult parsed) => Word(parsed, Profile) is not null;

    /// <summary>
    /// Of a verb that makes a database for <c>--contacts</c> and looks at a given one without it: what says how one is made. Those of the
    /// server itself are refused with any given database.
    /// </summary>
    public IEnumerable<string> FaultsWithoutContacts(ParseResult parsed) => ContactsGiven(parsed)
        ? []
        : FormOptions.Faults(
            parsed, $"{parsed.CommandResult.Command.Name} without --contacts", "makes no database", Workspaces, Skew, Seed, Force);

    /// <summary>Whether it stands on the command line; <c>--keep false</c> counts as if it did not.</summary>
    public static bool Given(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false } result
        && !(option is Option<bool> && result.Tokens is [{ Value: "false" }]);

    private static HarnessOptions Read(ParseResult parsed, GivenOptions words, IEnumerable<string> ofForm)
    {
        var options = OptionsCheck.Check(words, [.. UnknownWords.Faults(parsed), .. ofForm]);
        return options with { Command = GivenCommand.Of(parsed, options.Database) };
    }

    private GivenOptions Words(ParseResult parsed) => new()
    {
        Contacts = Word(parsed, Contacts),
        Workspaces = Word(parsed, Workspaces),
        Skew = Word(parsed, Skew),
        Profile = Word(parsed, Profile),
        Targets = Word(parsed, Targets),
        Workload = Word(parsed, Workload),
        Database = Word(parsed, Database),
        TakesDatabase = parsed.CommandResult.Command.Options.Contains(Database),
        Out = Word(parsed, Out),
        WritesOut = parsed.CommandResult.Command is RootCommand or { Name: "run" },
        Seed = Word(parsed, Seed),
        Settings = Word(parsed, Settings),
        Engine = Word(parsed, Engine),
        Pooler = Word(parsed, Pooler),
        Baseline = Word(parsed, Baseline),
        Require = Word(parsed, Require),
        Force = parsed.GetResult(Force) is { Implicit: false } ? Word(parsed, Force) ?? "" : null,
        WithoutExtensions = Word(parsed, WithoutExtensions),
        Agents = Word(parsed, Agents),
        Broker = Word(parsed, Broker),
        TokenFile = parsed.CommandResult.Command is RootCommand or { Name: "run" } ? Word(parsed, TokenFile) : null,
        Keep = Given(parsed, Keep),
        Reuse = Given(parsed, Reuse),
        Open = Given(parsed, Open),
        Json = Given(parsed, Json),
    };

    // The token itself, not GetValue: that throws for an option whose argument is missing, and hides the other errors.
    private static string? Word(ParseResult parsed, Option option) =>
        parsed.GetResult(option) is { Tokens: [.., var last] } ? last.Value : null;
}
