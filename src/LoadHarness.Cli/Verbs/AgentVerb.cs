using System.CommandLine;
using LoadHarness.Agents.Joining;
using LoadHarness.Cli.Options;
using LoadHarness.Cli.Pipeline;
using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Load;
using LoadHarness.Postgres.Provisioning;

namespace LoadHarness.Cli.Verbs;

/// <summary><c>agent k/N --join URL</c>: one of several generators. It only runs scenarios; the coordinator does everything else.</summary>
internal static class AgentVerb
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    public static Verb Create(CommandLineOptions words)
    {
        var share = new Argument<string>("k/N") { Description = "Its number, and how many there are: 2/3 is the second of three." };
        var join = new Option<string?>("--join")
        {
            Description = "The NATS server that the coordinator (run --agents N --broker URL) names.",
            HelpName = "URL",
        };
        var command = new Command("agent",
            "One of several generators of a run: makes its share of the load, and hands its figures to the coordinator.") { share };
        return new(command, [join, words.TokenFile, words.Database],
            (parsed, cancellationToken) => ExecuteAsync(
                words.Read(parsed), parsed.GetValue(share)!, parsed.GetValue(join), words.TokenFileGiven(parsed), cancellationToken));
    }

    private static async Task<ExitCode> ExecuteAsync(
        HarnessOptions options, string text, string? join, string? tokenFile, CancellationToken cancellationToken)
    {
        var errors = new List<string>();
        if (!LoadShare.TryParse(text, out var share))
            errors.Add($"agent '{text}': give k/N, such as 2/3 for the second of three; N is at most {LoadShare.Most}.");
        if (join is null) errors.Add("agent: where is the coordinator? Give --join with the URL of its broker, such as nats://host:4222.");
        if (options.Database is not DatabaseTarget.Given)
            errors.Add($"agent: which database? Set {GivenDatabase.EnvironmentVariable} to the connection string of the one "
                + "that the coordinator uses.");
        var broker = join is null ? null : AgentsOption.Address("--join", join, tokenFile, errors);
        if (errors.Count > 0) throw OptionsCheck.Refusal(errors);

        // Standard error: standard output belongs to what a program answers, and an agent answers the coordinator.
        await using var session = await AgentSession.JoinAsync(
            broker!, share!, BuildFacts.Words, Patience, Console.Error.WriteLine, cancellationToken);
        await AgentWork.RunAsync(
            session, GivenDatabase.Parse(((DatabaseTarget.Given)options.Database).ConnectionString).ConnectionString, _ => { },
            Faults.Sentence, cancellationToken, Interruption.AtOnce);
        return ExitCode.AllMet;
    }
}
