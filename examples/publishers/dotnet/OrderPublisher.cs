using System.Net.Http.Json;
using System.Text.Json;

namespace Orders;

/// <summary>Publishes orders to a channel of an Actormesh node.</summary>
public sealed class OrderPublisher(HttpClient http)
{
    private sealed record PublishRequest(string Channel, string[] Events);

    private sealed record FailedEvent(int Index, string Code, string? Message);

    private sealed record PublishResult(FailedEvent[] Failed);

    /// <summary>Publishes one order. The node hands it to every subscriber of the channel.</summary>
    public async Task PublishAsync(
        string channel, Order order, CancellationToken cancellation = default)
    {
        // An event travels as a string that holds JSON.
        var json = JsonSerializer.Serialize(order, JsonSerializerOptions.Web);
        var request = new PublishRequest(channel, [json]);

        // No length is known beforehand, so HttpClient sends the body in chunks.
        using var response = await http.PostAsJsonAsync("event", request, cancellation);
        response.EnsureSuccessStatusCode();

        var result = await response.Content.ReadFromJsonAsync<PublishResult>(cancellation);
        if (result is { Failed: [var failed, ..] })
            throw new InvalidOperationException($"{failed.Code}: {failed.Message}");
    }
}

public sealed record Order(string OrderId, string Status);
