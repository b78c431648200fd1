using System.CommandLine;
using LoadHarness.Cli.Options;
using LoadHarness.Cli.Pipeline;
using LoadHarness.Cli.Terminal;
using LoadHarness.Core;
using LoadHarness.Postgres.Verification;
using Npgsql;

namespace LoadHarness.Cli.Verbs;

/// <summary><c>verify</c>: one row for each id of the requirements, with evidence looked up or measured in the database.</summary>
public static class VerifyVerb
{
    public static Verb Create(OptionWords words)
    {
        var markdown = new Option<string?>("--markdown") { Description = "Write the checklist to this file as Markdown.", HelpName = "FILE" };
        return new(
            new Command("verify", "One row for each requirement, with evidence."),
            [words.Contacts, words.Database, words.Seed, words.Settings, words.Keep, words.Reuse, words.Force, words.Json, markdown],
            (parsed, stop) => ExecuteAsync(words, parsed, parsed.GetValue(markdown), stop));
    }

    private static async Task<ExitCode> ExecuteAsync(OptionWords words, ParseResult parsed, string? markdown, CancellationToken stop)
    {
        var options = words.Read(parsed);
        var voice = new Voice(options.Json);
        await using var database = await SeededDatabase.OpenAsync(voice, options, words.ContactsGiven(parsed), stop).ConfigureAwait(false);
        await using var admin = NpgsqlDataSource.Create(database.AdminConnectionString);
        var verdicts = await voice.WithProgressAsync(progress => Verifier.RunAsync(admin, database.Server, [], progress, stop)).ConfigureAwait(false);
        if (markdown is not null) await File.WriteAllTextAsync(markdown, ChecklistMarkdown.Render(verdicts), stop).ConfigureAwait(false);
        return CheckTable.Tell(voice, verdicts, options.Json);
    }
}
