import L from 'leaflet'
import Supercluster from 'supercluster'
import type { Circle } from '../../fields/point/within'
import { type Base, townsInSight } from './base'
import styles from './MapView.module.css'
import type { Place } from './usePlaces'

/** What is in sight, and how near. */
export interface Sight {
  south: number
  west: number
  north: number
  east: number
  latitude: number
  longitude: number
  zoom: number
}

interface Heard {
  onSight(sight: Sight): void
  onCircle(circle: Circle): void
  onPlace(id: string): void
}

const clusterRadius = 56
/** From here on places stand by themselves. */
const nearest = 17

/** A map drawn by Leaflet from what the application has: countries, towns, places in clusters, a circle that can be dragged. */
export class MapCanvas {
  private readonly map: L.Map
  private readonly towns = L.layerGroup()
  private readonly marks = L.layerGroup()
  private readonly ring = L.layerGroup()
  private readonly byId = new Map<string, L.Marker>()
  private index = new Supercluster<{ position: number }>({ radius: clusterRadius, maxZoom: nearest - 1 })
  private places: Place[] = []
  private colour: (place: Place) => string | null = () => null
  private base: Base | null = null
  private chosen: string | null = null
  /** Tiles have outlines and names of their own. */
  private readonly tiled: boolean

  constructor(
    element: HTMLElement,
    start: { latitude: number; longitude: number; zoom: number },
    words: { in: string; out: string; credit: string },
    tiles: { url: string; attribution: string | null } | null,
    private readonly heard: Heard,
  ) {
    this.map = L.map(element, {
      center: [start.latitude, start.longitude],
      zoom: start.zoom,
      minZoom: 3,
      maxZoom: 18,
      zoomControl: false,
      attributionControl: false,
      fadeAnimation: false,
      zoomAnimation: !matchMedia('(prefers-reduced-motion: reduce)').matches,
      markerZoomAnimation: false,
    })
    L.control.zoom({ zoomInTitle: words.in, zoomOutTitle: words.out, position: 'bottomright' }).addTo(this.map)
    L.control.attribution({ prefix: words.credit, position: 'bottomleft' }).addTo(this.map)
    this.tiled = tiles !== null
    if (tiles) {
      const attribution = document.createElement('span')
      attribution.textContent = tiles.attribution ?? ''
      L.tileLayer(tiles.url, { attribution: attribution.innerHTML, maxZoom: 19 }).addTo(this.map)
    }
    // Names of towns lie beneath everything else.
    this.map.createPane('towns').style.zIndex = '450'
    for (const layer of [this.towns, this.ring, this.marks]) layer.addTo(this.map)
    this.map.on('moveend', () => this.moved())
    // A map that was drawn in a hidden or resized box knows its size anew.
    this.sized = new ResizeObserver(() => this.map.invalidateSize({ pan: false }))
    this.sized.observe(element)
  }
  private readonly sized: ResizeObserver

  remove(): void {
    this.sized.disconnect()
    this.map.remove()
  }

  sight(): Sight {
    const bounds = this.map.getBounds()
    const { lat, lng } = this.map.getCenter()
    return {
      south: bounds.getSouth(),
      west: bounds.getWest(),
      north: bounds.getNorth(),
      east: bounds.getEast(),
      latitude: lat,
      longitude: lng,
      zoom: this.map.getZoom(),
    }
  }

  setBase(base: Base): void {
    this.base = base
    if (this.tiled) return
    L.geoJSON(base.countries, { interactive: false, style: () => ({ className: styles.country ?? '', weight: 1 }) })
      .addTo(this.map)
      .bringToBack()
    this.drawTowns()
  }

  setPlaces(places: Place[], colour: (place: Place) => string | null): void {
    this.places = places
    this.colour = colour
    this.index = new Supercluster<{ position: number }>({ radius: clusterRadius, maxZoom: nearest - 1 }).load(
      places.map(({ longitude, latitude }, position) => ({
        type: 'Feature' as const,
        geometry: { type: 'Point' as const, coordinates: [longitude, latitude] },
        properties: { position },
      })),
    )
    this.drawMarks()
  }

  /** Shows all places there are. */
  fit(places: Place[]): void {
    if (places.length === 0) return
    this.map.fitBounds(
      places.map(({ latitude, longitude }) => [latitude, longitude]),
      { padding: [40, 40], maxZoom: 13, animate: false },
    )
  }

  /** Points at a place; `null` at none. */
  choose(id: string | null): void {
    if (this.chosen) this.byId.get(this.chosen)?.getElement()?.removeAttribute('data-chosen')
    this.chosen = id
    if (id) this.byId.get(id)?.getElement()?.setAttribute('data-chosen', 'true')
  }

  setCircle(circle: Circle | null): void {
    this.ring.clearLayers()
    if (!circle) return
    const centre = L.latLng(circle.latitude, circle.longitude)
    const shape = L.circle(centre, {
      radius: circle.km * 1000,
      className: styles.circle ?? '',
      interactive: false,
      weight: 2,
    })
    const east = () => L.latLng(centre.lat, shape.getBounds().getEast())
    shape.addTo(this.ring)
    const handle = (at: L.LatLng, kind: string) =>
      L.marker(at, {
        icon: L.divIcon({ className: styles.handle ?? '', html: '', iconSize: [18, 18] }),
        draggable: true,
        keyboard: false,
        zIndexOffset: 2000,
        alt: kind,
      }).addTo(this.ring)
    const middle = handle(centre, 'centre')
    const edge = handle(east(), 'edge')
    const said = () => {
      const { lat, lng } = shape.getLatLng()
      this.heard.onCircle({ latitude: lat, longitude: lng, km: shape.getRadius() / 1000 })
    }
    middle.on('drag', () => {
      shape.setLatLng(middle.getLatLng())
      edge.setLatLng(L.latLng(middle.getLatLng().lat, shape.getBounds().getEast()))
    })
    edge.on('drag', () => shape.setRadius(Math.max(100, this.map.distance(shape.getLatLng(), edge.getLatLng()))))
    middle.on('dragend', said)
    edge.on('dragend', said)
  }

  private moved(): void {
    this.drawMarks()
    this.drawTowns()
    this.heard.onSight(this.sight())
  }

  private drawTowns(): void {
    this.towns.clearLayers()
    if (!this.base || this.tiled) return
    const box = this.sight()
    const shown = townsInSight(this.base.towns, box, ({ latitude, longitude }) =>
      this.map.latLngToContainerPoint([latitude, longitude]),
    )
    for (const { name, latitude, longitude, thousands } of shown) {
      const word = document.createElement('span')
      word.textContent = name
      L.marker([latitude, longitude], {
        interactive: false,
        keyboard: false,
        pane: 'towns',
        icon: L.divIcon({
          className: `${styles.town} ${thousands > 100 ? styles.large : ''}`,
          html: word,
          iconSize: [0, 0],
        }),
      }).addTo(this.towns)
    }
  }

  private drawMarks(): void {
    this.marks.clearLayers()
    this.byId.clear()
    const { west, south, east, north, zoom } = this.sight()
    for (const found of this.index.getClusters([west, south, east, north], Math.round(zoom))) {
      const [longitude = 0, latitude = 0] = found.geometry.coordinates
      if ('cluster' in found.properties && found.properties.cluster) this.drawCluster(latitude, longitude, found)
      else {
        const place = this.places[(found.properties as { position: number }).position]
        if (place) this.drawPlace(place)
      }
    }
  }

  private drawCluster(
    latitude: number,
    longitude: number,
    found: { id?: string | number | undefined; properties: unknown },
  ): void {
    const { point_count: count } = found.properties as { point_count: number }
    const size = count < 10 ? 30 : count < 100 ? 36 : 44
    const word = document.createElement('span')
    word.textContent = String(count)
    L.marker([latitude, longitude], {
      keyboard: false,
      icon: L.divIcon({ className: styles.cluster ?? '', html: word, iconSize: [size, size] }),
    })
      .on('click', () =>
        this.map.setView(
          [latitude, longitude],
          Math.min(this.index.getClusterExpansionZoom(Number(found.id)), nearest),
        ),
      )
      .addTo(this.marks)
  }

  private drawPlace(place: Place): void {
    const dot = document.createElement('i')
    dot.style.setProperty('--mark', this.colour(place) ?? 'var(--pastel)')
    const marker = L.marker([place.latitude, place.longitude], {
      keyboard: false,
      title: place.title,
      icon: L.divIcon({ className: styles.place ?? '', html: dot, iconSize: [24, 24] }),
    })
      .on('click', () => this.heard.onPlace(place.record.id))
      .addTo(this.marks)
    this.byId.set(place.record.id, marker)
    if (this.chosen === place.record.id) marker.getElement()?.setAttribute('data-chosen', 'true')
  }
}
