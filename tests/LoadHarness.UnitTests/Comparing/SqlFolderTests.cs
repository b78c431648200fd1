using LoadHarness.Comparing.Arms;
using LoadHarness.Core;
using LoadHarness.Core.Comparing;

namespace LoadHarness.UnitTests.Comparing;

public sealed class SqlFolderTests
{
    [Theory]
    [InlineData("create index planted_idx on campaigns(name);\n")]
    [InlineData("drop table users cascade;")]
    public async Task Another_base_schema_is_refused_since_rows_are_seeded_over_the_programs(string added)
    {
        var fault = await Assert.ThrowsAsync<HarnessException>(() => OpenAsync(OfProgram + added));

        Assert.Equal(ExitCode.BadUsage, fault.ExitCode);
        Assert.Contains("(schema.sql) differs from the program's", fault.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<HarnessException>(() => OpenAsync(OfProgram[..(OfProgram.Length / 2)]));
    }

    [Fact]
    public async Task Comments_and_line_endings_make_no_other_base_schema()
    {
        await OpenAsync(OfProgram);
        await OpenAsync("-- another comment\n\n" + OfProgram);
        await OpenAsync(OfProgram.ReplaceLineEndings("\r\n"));
    }

    /// <summary>"An unexpected fault": a part of the path could not be found.</summary>
    [Fact]
    public async Task A_folder_without_statements_is_refused()
    {
        var fault = await Assert.ThrowsAsync<HarnessException>(() => OpenAsync(OfProgram, "functions"));

        Assert.Equal(ExitCode.BadUsage, fault.ExitCode);
        Assert.Contains("has no folder queries", fault.Message, StringComparison.Ordinal);
    }

    private static string OfProgram => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "sql", "schema.sql"));

    /// <param name="beside">The folder beside the schema.</param>
    private static async Task OpenAsync(string schema, string beside = "queries")
    {
        using var folder = new TemporaryDirectory();
        Directory.CreateDirectory(Path.Combine(folder.Path, beside));
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "schema.sql"), schema, TestContext.Current.CancellationToken);
        await using var opened = await SqlFolder.OfAsync(new ArmSchema.Folder(folder.Path), TestContext.Current.CancellationToken);
        Assert.Equal(folder.Path, opened.Path);
    }
}
