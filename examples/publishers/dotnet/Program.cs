using Orders;

var endpoint = Environment.GetEnvironmentVariable("ACTORMESH_ENDPOINT")
    ?? "http://localhost:8080/event";
var apiKey = Environment.GetEnvironmentVariable("ACTORMESH_API_KEY")
    ?? throw new InvalidOperationException("ACTORMESH_API_KEY: the key that the node printed");

// The base address ends where "event" begins: http://localhost:8080/
using var http = new HttpClient { BaseAddress = new Uri(new Uri(endpoint), ".") };
http.DefaultRequestHeaders.Add("x-api-key", apiKey);

var publisher = new OrderPublisher(http);
await publisher.PublishAsync("/default/orders", new Order("A-1", "paid"));
Console.WriteLine("published order A-1");
