namespace LoadHarness.Load;

/// <summary>How the arrivals of an open model lie within its rate.</summary>
public enum Arrivals
{
    /// <summary>Evenly: the k-th arrival is due when the rate, summed over time, reaches k.</summary>
    Even,

    /// <summary>At random and independently, as many users who know nothing of each other; from the run's seed.</summary>
    Poisson,
}
