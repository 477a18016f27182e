// The demo's six curl lines, and what each must answer. Printed to be pasted, and run by `./dev demo --check`.

// A line of curl: words that need no quotes, then the address, then a JSON body.
const curl = (words, address, body) =>
  ['curl', words, `'${address}'`, body ? `-H 'Content-Type: application/json' -d '${JSON.stringify(body)}'` : '']
    .filter((part) => part !== '').join(' ');

const cityOf = (name, population) => ({ name, country_code: 'FR', population, latitude: 46.2, longitude: 2.1 });

export const lines = (url) => [
  {
    title: 'Filter and order: the five biggest cities of Japan above a million',
    curl: curl('-s', `${url}/rest/v1/cities?country_code=eq.JP&population=gt.1000000` +
      '&order=population.desc&limit=5&select=name,population'),
    expect: /^\[\{"name":"Tokyo","population":\d+\}.*\]$/s,
  },
  {
    title: 'Embed: France with its languages, its neighbours and its three biggest cities',
    curl: curl('-s', `${url}/rest/v1/countries?cca3=eq.FRA` +
      '&select=name,capital,languages(name),borders(cca3,name),cities(name,population)' +
      '&cities.order=population.desc&cities.limit=3'),
    expect: /"languages":\[\{"name":"French"\}\].*"borders":\[.*"Belgium".*\].*"cities":\[\{"name":"Paris"/s,
  },
  {
    title: 'Page: countries 11 to 15 of Europe by area, with one name taken out of JSON',
    curl: curl('-s', `${url}/rest/v1/countries?region=eq.Europe&order=area.desc&offset=10&limit=5` +
      '&select=cca3,name,in_french:names->>fra'),
    expect: /^\[(\{"cca3":"[A-Z]{3}","name":"[^"]+","in_french":"[^"]+"\},?\s*){5}\]$/s,
  },
  {
    title: 'Count: how many cities there are, without fetching one (see Content-Range)',
    curl: curl("-sI -H 'Prefer: count=exact'", `${url}/rest/v1/cities`),
    expect: /^content-range: 0-\d+\/1352\d\d\r?$/im,
  },
  {
    title: 'Insert: anyone may add a city that the rule of the model lets through',
    curl: curl("-s -X POST -H 'Prefer: return=representation'",
      `${url}/rest/v1/cities?select=id,name,country:countries(name)`, cityOf('New Trivet', 3)),
    expect: /^\[\{"id":\d+,"name":"New Trivet","country":\{"name":"France"\}\}\]$/s,
  },
  {
    title: 'An error: the rule refuses a city of minus one inhabitants',
    curl: curl('-s -X POST', `${url}/rest/v1/cities`, cityOf('Nowhere', -1)),
    expect: /"code":"42501"/,
  },
];
