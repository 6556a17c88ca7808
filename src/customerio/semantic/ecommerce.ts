import { integer, known, list, number, text } from './shapes.ts'

/** A product. */
const product = {
  product_id: text,
  sku: text,
  category: text,
  name: text,
  brand: text,
  variant: text,
  price: number,
  quantity: integer,
  coupon: text,
  position: number,
  url: text,
  image_url: text,
}

const products = list(product)

/** What a person is about to pay; `revenue` is before discount, shipping and tax. */
const checkout = {
  order_id: text,
  affiliation: text,
  revenue: number,
  shipping: number,
  tax: number,
  discount: number,
  coupon: text,
  currency: text,
  products,
}

const step = { checkout_id: text, step: integer, shipping_method: text, payment_method: text }
const order = { ...checkout, checkout_id: text, subtotal: number, total: number }
const promotion = { promotion_id: text, creative: text, name: text, position: text }
const coupon = { order_id: text, cart_id: text, coupon_id: text }
const wishlist = { wishlist_id: text, wishlist_name: text }
const shared = { share_via: text, share_message: text, recipient: text }
const condition = list({ type: text, value: text })

/**
 * E-commerce events (Pipelines API, schemas of 2025-06). Customer.io's list is no validation: it takes any name and
 * any property; destinations behind it understand these.
 */
export const ecommerce = {
  'Products Searched': known({ query: text }),
  'Product List Viewed': known({ list_id: text, category: text, products }),
  'Product List Filtered': known({
    list_id: text,
    category: text,
    products,
    filters: condition,
    sorts: condition,
  }),
  'Product Clicked': known({ ...product, currency: text, value: number }),
  'Product Viewed': known({ ...product, currency: text, value: number }),
  'Product Added': known({ ...product, cart_id: text }),
  'Product Removed': known({ ...product, cart_id: text }),
  'Cart Viewed': known({ cart_id: text, products }),
  'Checkout Started': known({ ...checkout, value: number }),
  'Checkout Step Viewed': known(step),
  'Checkout Step Completed': known(step),
  'Payment Info Entered': known({ ...step, order_id: text }),
  'Order Completed': known(order),
  'Order Updated': known(checkout),
  /** `total` is what was paid back, `products` what came back. */
  'Order Refunded': known(order),
  'Order Cancelled': known({ ...checkout, total: number }),
  'Promotion Viewed': known(promotion),
  'Promotion Clicked': known(promotion),
  'Coupon Entered': known(coupon),
  'Coupon Applied': known({ ...coupon, coupon_name: text, discount: number }),
  'Coupon Removed': known({ ...coupon, coupon_name: text, discount: number }),
  'Coupon Denied': known({ ...coupon, coupon_name: text, reason: text }),
  'Product Added to Wishlist': known({ ...wishlist, ...product }),
  'Product Removed from Wishlist': known({ ...wishlist, ...product }),
  'Wishlist Product Added to Cart': known({ ...wishlist, cart_id: text, ...product }),
  'Product Shared': known({
    ...shared,
    product_id: text,
    sku: text,
    category: text,
    name: text,
    brand: text,
    variant: text,
    price: number,
    url: text,
    image_url: text,
  }),
  'Cart Shared': known({ ...shared, cart_id: text, products: list({ product_id: text }) }),
  'Product Reviewed': known({
    product_id: text,
    review_id: text,
    review_body: text,
    rating: integer,
  }),
}
