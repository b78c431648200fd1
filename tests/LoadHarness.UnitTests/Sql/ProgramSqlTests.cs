using System.Text.RegularExpressions;
using LoadHarness.Core;
using LoadHarness.Postgres;

namespace LoadHarness.UnitTests.Sql;

/// <summary>The SQL that the program sends stands in files, unless it is short.</summary>
public sealed partial class ProgramSqlTests
{
    private const int FewestLinesOfAFile = 12;

    private static readonly Lazy<IReadOnlyList<(string Name, string Text)>> Code = new(() =>
    [
        .. from top in (string[])["src", "scenarios"]
           from file in Directory.EnumerateFiles(Repository.File(top), "*.cs", SearchOption.AllDirectories)
           where !Built().IsMatch(file)
           select (Path.GetFileName(file), File.ReadAllText(file).ReplaceLineEndings("\n")),
    ]);

    [Fact]
    public void The_program_names_every_statement_of_its_folder_and_no_other()
    {
        var named = Code.Value.SelectMany(file => Named().Matches(file.Text)).Select(found => found.Groups["name"].Value).ToList();

        // A name that is put together would not be found here.
        Assert.Equal(Code.Value.Sum(file => file.Text.Split("ProgramSql.Of(").Length - 1), named.Count);
        Assert.Equal(ProgramSql.Names.Order(StringComparer.Ordinal), named.Distinct().Order(StringComparer.Ordinal));
        Assert.All(named, name => Assert.NotEmpty(ProgramSql.Of(name)));
    }

    [Fact]
    public void A_name_that_no_file_has_is_refused_with_the_folder()
    {
        var refused = Assert.Throws<HarnessException>(() => ProgramSql.Of("no-such-statement"));

        Assert.Contains("sql/program has no statement 'no-such-statement'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Statements_of_a_file_with_several_are_sent_as_one_text() =>
        Assert.Equal(3, ProgramSql.Of("migration-journal").Split("create table if not exists").Length - 1);

    // What differs by the server's version is put together in the code.
    [Fact]
    public void No_long_statement_stands_in_the_code()
    {
        var statements = Code.Value
            .SelectMany(file => Statement().Matches(file.Text), (file, found) => (file.Name, Lines: found.Value.Split('\n').Length - 2))
            .ToList();

        Assert.True(statements.Count > 50, $"{statements.Count} statements were found");
        Assert.Empty(statements.Where(statement => statement.Lines >= FewestLinesOfAFile)
            .Select(statement => $"{statement.Name}: {statement.Lines} lines"));
    }

    // What pg_stat_statements has of them is told from the load by it, and PostgreSQL 18 keeps no comment before a statement's first word.
    [Fact]
    public void The_mark_of_the_programs_own_statements_stands_behind_their_first_word()
    {
        var marks = Code.Value.Concat(ProgramSql.Names.Select(name => (Name: name, Text: ProgramSql.Of(name))))
            .SelectMany(text => Mark().Matches(text.Text), (text, found) => (text.Name, Before: found.Groups["before"].Value)).ToList();

        Assert.True(marks.Count > 8, $"{marks.Count} marks were found");
        Assert.Empty(marks.Where(mark => mark.Before is not ("select " or "with ")).Select(mark => mark.Name));
    }

    [GeneratedRegex(@"(?<before>\w+ )?/\* loadharness: [a-z]+ \*/")]
    private static partial Regex Mark();

    [GeneratedRegex("""ProgramSql\.Of\("(?<name>[a-z-]+)"\)""")]
    private static partial Regex Named();

    [GeneratedRegex(""""
        (?<!\$)"{3}\n\s*(?:/\*[^\n]*\*/\n\s*)?(?:select|with|insert|update|delete|create|alter|drop|merge|do|set|load)\b.*?\n\s*"{3}
        """", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Statement();

    [GeneratedRegex(@"[\\/](bin|obj)[\\/]")]
    private static partial Regex Built();
}
