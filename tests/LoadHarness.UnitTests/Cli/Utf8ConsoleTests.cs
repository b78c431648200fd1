using System.Text;
using LoadHarness.Cli.Terminal;

namespace LoadHarness.UnitTests.Cli;

public sealed class Utf8ConsoleTests
{
    [Fact]
    public void A_console_reads_UTF_8_without_a_mark_at_its_start_and_afterwards_what_it_read_before()
    {
        Encoding reads = Encoding.Latin1;
        using (Utf8Console.Of(reads, encoding => reads = encoding))
        {
            Assert.Equal(Encoding.UTF8.CodePage, reads.CodePage);
            Assert.Empty(reads.GetPreamble());
        }

        Assert.Equal(Encoding.Latin1, reads);
    }

    [Fact]
    public void A_console_that_reads_UTF_8_is_left_alone()
    {
        using var console = Utf8Console.Of(Encoding.UTF8, _ => Assert.Fail("It was changed."));
        Assert.NotNull(console);
    }

    [Fact]
    public void A_console_that_takes_no_other_encoding_ends_no_run()
    {
        var asked = 0;
        using (Utf8Console.Of(Encoding.Latin1, _ => { asked++; throw new IOException("The console is gone."); }))
            Assert.Equal(1, asked);
        Assert.Equal(1, asked);
    }

    [Fact]
    public void Redirected_output_and_other_systems_have_nothing_to_change()
    {
        Assert.SkipWhen(
            OperatingSystem.IsWindows() && !(Console.IsOutputRedirected && Console.IsErrorRedirected), "This is a console of Windows.");
        Assert.Null(Utf8Console.Here());
    }
}
