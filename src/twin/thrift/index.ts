export {
  createWarehouseDoor,
  type KnownWarehouse,
  type WarehouseDoor,
  type WarehouseDoorOptions,
} from './warehouse-door.ts'
