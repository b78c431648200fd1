using LoadHarness.Seeding;

namespace LoadHarness.UnitTests.Seeding;

public sealed class SeededVocabularyTests
{
    private readonly SeededVocabulary _words = SeededVocabulary.For(42);

    [Fact]
    public void The_most_frequent_tags_are_the_ones_that_scenarios_name()
    {
        Assert.Equal(["newsletter", "customer", "trial", "webinar", "lead-magnet", "vip", "partner", "churned", "event", "blog"],
            _words.Tags.Take(10));
        Assert.InRange(_words.Tags.Count, 150, 200);
    }

    [Fact]
    public void No_word_occurs_twice_where_words_are_counted()
    {
        foreach (var words in new[] { _words.Tags, _words.Companies, _words.Domains, _words.Countries, _words.Positions })
            Assert.Equal(words.Count, words.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void Names_come_in_several_scripts()
    {
        Assert.Contains(_words.LastNames, name => name.Any(letter => letter is >= '\u0400' and <= '\u04FF'));
        Assert.Contains(_words.LastNames, name => name.Any(letter => letter is >= '\u3040' and <= '\u9FFF'));
        Assert.Contains(_words.LastNames, name => name.Any(letter => letter is >= '\u00C0' and <= '\u017F'));
    }

    [Fact]
    public void Every_domain_is_reserved_and_can_never_receive_mail() =>
        Assert.All(_words.Domains, domain => Assert.EndsWith(".example", domain));

    [Fact]
    public void Another_seed_draws_other_words() => Assert.NotEqual(_words.Companies, SeededVocabulary.For(43).Companies);
}
