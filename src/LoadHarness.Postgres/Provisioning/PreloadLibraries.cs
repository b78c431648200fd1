namespace LoadHarness.Postgres.Provisioning;

/// <summary>Modules that do their work only when the server loads them at its start (MO-6, EX-2, EX-5).</summary>
internal static class PreloadLibraries
{
    public static IReadOnlyList<string> Wanted { get; } = ["pg_stat_statements", "pg_cron"];

    /// <summary>Those of <see cref="Wanted"/> that this installation has: naming another would keep the server from starting.</summary>
    public static async Task<IReadOnlyList<string>> PresentInAsync(PostgresBinaries binaries, CancellationToken cancellationToken)
    {
        var present = new List<string>();
        foreach (var library in Wanted)
            if (await binaries.HasLibraryAsync(library, cancellationToken)) present.Add(library);
        return present;
    }
}
