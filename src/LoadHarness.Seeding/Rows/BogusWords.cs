using Bogus;

namespace LoadHarness.Seeding.Rows;

/// <summary>
/// Draws the vocabulary from Bogus, once a seed. Drawing rows from Bogus itself would be the bottleneck (67k rows a second on one core).
/// </summary>
internal sealed class BogusWords(ulong seed)
{
    // Locale and its share of the names, in percent: half English, the rest with letters outside ASCII, three scripts outside Latin.
    private static readonly (string Locale, int Share)[] Locales =
        [("en", 48), ("de", 10), ("fr", 9), ("es", 9), ("pt_BR", 8), ("pl", 4), ("sv", 3), ("tr", 3), ("cz", 2), ("ru", 2), ("ja", 1),
            ("zh_CN", 1)];

    /// <summary>Another version may draw other words.</summary>
    public static string Version { get; } = typeof(Faker).Assembly.GetName().Version!.ToString(3);

    public IReadOnlyList<string> FirstNames(int count) => Mixed("first name", count, faker => faker.Name.FirstName());

    public IReadOnlyList<string> LastNames(int count) => Mixed("last name", count, faker => faker.Name.LastName());

    public IReadOnlyList<string> Companies(int count) => Distinct("company", "en", count, faker => faker.Company.CompanyName());

    public IReadOnlyList<string> JobTitles(int count) => Distinct("job title", "en", count, faker => faker.Name.JobTitle());

    public IReadOnlyList<string> Tags(int count) =>
        Distinct("tag", "en", count, faker => Slug.Of(faker.Commerce.ProductMaterial()) + "-" + Slug.Of(faker.Commerce.Department(1)));

    public IReadOnlyList<string> Sentences(int count) => Distinct("sentence", "en", count, faker => faker.Company.CatchPhrase());

    private string[] Mixed(string use, int count, Func<Faker, string> draw)
    {
        var words = Locales.SelectMany(part => Distinct(use, part.Locale, Math.Max(1, count * part.Share / 100), draw)).ToArray();
        return [.. new Randomizer(LocalSeed(use)).Shuffle(words)];
    }

    // Small locales may hold fewer words than asked for: the attempts are bounded, and what there is will do.
    private string[] Distinct(string use, string locale, int count, Func<Faker, string> draw)
    {
        var faker = new Faker(locale) { Random = new Randomizer(LocalSeed(use + locale)) };
        return [.. Enumerable.Range(0, count * 5).Select(_ => draw(faker).Trim()).Where(word => word.Length > 0)
            .Distinct(StringComparer.Ordinal).Take(count)];
    }

    private int LocalSeed(string use) => (int)(FieldDraw.Of(seed, "vocabulary", use).At(0) & int.MaxValue);
}
