using LoadHarness.Core;
using LoadHarness.Workloads.Format;
using LoadHarness.Workloads.Parameters;
using Npgsql;

namespace LoadHarness.Workloads.Running;

/// <summary>Sends a statement with what was drawn, and reads its answer.</summary>
internal delegate Task<(string? Cursor, int Rows)> AskPage(
    CompiledOperation operation, long[] drawn, Func<NpgsqlDataReader, Task<(string? Cursor, int Rows)>> read,
    CancellationToken cancellationToken);

/// <summary>
/// Pages far down a list, found by walking there as a person would, before anything is measured. Tenants are drawn as the first page's
/// are, and each is walked once. It keeps as many of its last pages as it was drawn.
/// </summary>
internal sealed class PageWalk
{
    public const string Tenant = "tenant";

    private const string PageRows = "rows";
    private const int UsuallyDeepest = 1_000;
    private const int UsuallyKept = 50;

    /// <summary>When there are several tenants, so that not few of them are asked.</summary>
    private const int UsuallyKeptOfSeveral = 200;

    /// <summary>Pages that a walk takes at least, so that it does not end at the top.</summary>
    private const int FewestPages = 20;

    private readonly string _name;
    private readonly ParameterFile _file;
    private List<WalkedPage> _pages = [];

    /// <param name="isNumber">Whether tenants are numbers, for a statement whose types no server tells.</param>
    public PageWalk(string name, ParameterFile file, bool isNumber)
    {
        (_name, _file) = (name, file);
        Rows = new((random, _, _) => random.Next(_pages.Count),
        [
            Read(file.Cursor!, page => page.Cursor, isNumber: false),
            Read(Tenant, page => page.Tenant, isNumber),
            new(PageRows, page => (long)_pages[(int)page].Rows),
        ]);
    }

    public bool IsWalked => _pages.Count > 0;

    /// <summary>The pages that were kept: where each begins, whose it is, and how many rows it has.</summary>
    public ComputedRows Rows { get; }

    public IReadOnlyList<WalkedPage> Pages => _pages;

    /// <summary>Takes pages that somebody else walked to, instead of walking there.</summary>
    public void Take(IEnumerable<WalkedPage> pages) => _pages = [.. pages];

    /// <exception cref="HarnessException">The first page is already the last, for every tenant that was drawn.</exception>
    public async Task WalkAsync(
        CompiledOperation first, CompiledOperation next, ulong seed, AskPage ask, CancellationToken cancellationToken)
    {
        var random = new Random(unchecked((int)seed));
        var drawn = Tenants(first, random);
        var deepest = Math.Max(FewestPages, (_file.Deepest ?? UsuallyDeepest) / drawn.Count);
        var kept = new List<WalkedPage>();
        foreach (var (start, times) in drawn)
        {
            _pages = [];
            await OneAsync(first, start, next, random, deepest, ask, cancellationToken);
            // The place behind the last row is a cursor too, of a page without rows.
            var walked = _pages.Where(page => page.Rows > 0).ToList();
            kept.AddRange(walked.Skip(Math.Max(0, walked.Count - times)));
        }

        if (kept.Count == 0)
            throw new HarnessException($"parameters.{_name}: {_file.First} found fewer rows than two pages hold. "
                + "Fill the tables with more rows, or spread them over fewer tenants.");
        _pages = kept;
    }

    // Of one tenant fewer are kept: all its pages lie next to each other.
    private List<(long[] Drawn, int Times)> Tenants(CompiledOperation first, Random random)
    {
        var (few, many) = (_file.Keep ?? UsuallyKept, first.Tenant is null ? 0 : _file.KeepOfSeveral ?? UsuallyKeptOfSeveral);
        List<long[]> draws = [.. Enumerable.Range(0, Math.Max(few, many)).Select(_ =>
        {
            var drawn = first.NewDraws();
            first.Draw(random, 0, drawn);
            return drawn;
        })];
        List<(long[] Drawn, int Times)> tenants = first.Tenant is { } tenant
            ? [.. draws.GroupBy(tenant).Select(group => (group.First(), group.Count()))]
            : [(draws[0], few)];
        return tenants.Count == 1 ? [(tenants[0].Drawn, few)] : tenants;
    }

    private async Task OneAsync(
        CompiledOperation first, long[] start, CompiledOperation next, Random random, int deepest, AskPage ask,
        CancellationToken cancellationToken)
    {
        var tenant = first.Tenant?.Invoke(start) ?? "";
        var place = next.Sources.ToList().FindIndex(source => source is ComputedSource rows && ReferenceEquals(rows.Rows, Rows));
        var (cursor, before) = await ask(first, start, ReadAsync, cancellationToken);
        while (cursor is not null && _pages.Count < deepest)
        {
            _pages.Add(new(tenant, cursor, before, 0));
            var drawn = next.NewDraws();
            next.Draw(random, 0, drawn);
            drawn[place] = _pages.Count - 1;
            (cursor, var rows) = await ask(next, drawn, ReadAsync, cancellationToken);
            _pages[^1] = _pages[^1] with { Rows = rows };
            before += rows;
        }

        async Task<(string? Cursor, int Rows)> ReadAsync(NpgsqlDataReader reader)
        {
            string? last = null;
            var rows = 0;
            for (; await reader.ReadAsync(cancellationToken); rows++)
            {
                var column = reader.GetOrdinal(_file.Cursor!);
                last = await reader.IsDBNullAsync(column, cancellationToken) ? null : ValueFit.Text(reader.GetValue(column));
            }

            return (last, rows);
        }
    }

    // What it is, is the statement's to say that it goes into.
    private ComputedColumn Read(string name, Func<WalkedPage, string> text, bool isNumber) => new(
        name, place => text(_pages[(int)place]), place => long.Parse(text(_pages[(int)place])), isNumber);
}

/// <summary>A page far down a list.</summary>
/// <param name="Tenant">Whose list it is; empty where there are no tenants.</param>
/// <param name="Cursor">Where it begins, as the statement takes it.</param>
/// <param name="Before">Rows of the list before it.</param>
/// <param name="Rows">That it has itself.</param>
public sealed record WalkedPage(string Tenant, string Cursor, int Before, int Rows);
