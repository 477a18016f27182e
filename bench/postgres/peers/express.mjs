// The benchmark's endpoints on PostgreSQL as most would write them: Express with Prisma's client, a process for each core.
// express.mjs URL PORT PROCESSES CONNECTIONS
import cluster from 'node:cluster';
import { PrismaPg } from '@prisma/adapter-pg';
import express from 'express';
import { PrismaClient } from './generated/client.ts';

const [, , url, port, processes, connections] = process.argv;

function serve() {
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max: Number(connections) }) });
  const value = (filter) => filter.slice(filter.indexOf('.') + 1);
  const app = express();
  app.use(express.json());
  app.get('/rest/v1/cities', async (request, response) => {
    const { id, country_code, limit } = request.query;
    if (id) return response.json(await prisma.city.findMany({ where: { id: Number(value(id)) } }));
    response.json(await prisma.city.findMany({
      where: { country_code: value(country_code) }, orderBy: { population: 'desc' }, take: Number(limit),
    }));
  });
  app.get('/rest/v1/countries', async (request, response) => {
    response.json(await prisma.country.findMany({
      where: { cca3: value(request.query.cca3) },
      select: {
        cca3: true, name: true, capital: true, region: true, area: true,
        cities: {
          select: { id: true, name: true, population: true }, orderBy: { population: 'desc' },
          take: Number(request.query['cities.limit']),
        },
        borders: { select: { cca3: true, name: true } },
      },
    }));
  });
  app.post('/rest/v1/cities', async (request, response) => {
    await prisma.city.create({ data: request.body });
    response.status(201).end();
  });
  app.listen(Number(port), '127.0.0.1');
}

if (cluster.isPrimary && Number(processes) > 1) {
  for (let i = 0; i < Number(processes); ++i) cluster.fork();
  process.on('SIGTERM', () => process.exit(0));
} else {
  serve();
}
