using LoadHarness.Workloads.Initial;

namespace LoadHarness.UnitTests.Workloads;

public sealed class ColumnUsesTests
{
    [Theory]
    [InlineData("SELECT * FROM CUSTOMER WHERE EMAIL = $1", "", "email")]
    [InlineData("SELECT * FROM CUSTOMER C WHERE C.Email = $1", "c", "email")]
    [InlineData("SELECT * FROM CUSTOMER C WHERE C.\"Email\" = $1", "c", "Email")]
    [InlineData("SELECT * FROM CUSTOMER WHERE ID IN ($1)", "", "id")]
    [InlineData("SELECT * FROM CUSTOMER WHERE ID BETWEEN $1 AND $2", "", "id")]
    [InlineData("SELECT * FROM CUSTOMER WHERE $1 = ID", "", "id")]
    [InlineData("INSERT INTO CUSTOMER (ID, \"State\") VALUES ($1, 'x')", "", "id")]
    [InlineData("UPDATE CUSTOMER SET STATE = $1", "", "state")]
    [InlineData("select * from customer where STRASSE_\u00c4 = $1", "", "strasse_\u00c4")]
    public void A_name_without_quotes_is_the_one_in_small_letters(string text, string qualifier, string column)
    {
        var use = ColumnUses.Of(text)[1];

        Assert.Equal((qualifier, column), (use.Qualifier, use.Column));
    }
}
